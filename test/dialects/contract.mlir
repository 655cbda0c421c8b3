// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --canonicalize %s | FileCheck %s --check-prefix=CANON
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @batched
// CHECK: graph.contract %{{.+}}, %{{.+}} batch [0] x [0] sum [2] x [1]
func.func @batched(%a: tensor<8x4x3xf32>, %b: tensor<8x3x5xf32>) -> tensor<8x4x5xf32> {
  %y = graph.contract %a, %b batch [0] x [0] sum [2] x [1] : (tensor<8x4x3xf32>, tensor<8x3x5xf32>) -> tensor<8x4x5xf32>
  return %y : tensor<8x4x5xf32>
}

// A batch size that only one operand knows is known of the result.
// CHECK-LABEL: func.func @no_batch_two_sums
// CHECK: graph.contract %{{.+}}, %{{.+}} batch [] x [] sum [0, 2] x [2, 0] : (tensor<2x?x3xi32>, tensor<3x4x?xi32>) -> tensor<?x4xi32>
func.func @no_batch_two_sums(%a: tensor<2x?x3xi32>, %b: tensor<3x4x?xi32>) -> tensor<?x4xi32> {
  %y = graph.contract %a, %b batch [] x [] sum [0, 2] x [2, 0] : (tensor<2x?x3xi32>, tensor<3x4x?xi32>) -> tensor<?x4xi32>
  return %y : tensor<?x4xi32>
}

// CANON-LABEL: func.func @transposes_are_read_in_place
// CANON-SAME: (%[[A:.+]]: tensor<2x4x8x3xf32>, %[[B:.+]]: tensor<2x5x8x3xf32>)
// CANON-NEXT: graph.contract %[[A]], %[[B]] batch [0, 2] x [0, 2] sum [3] x [3]
func.func @transposes_are_read_in_place(%a: tensor<2x4x8x3xf32>, %b: tensor<2x5x8x3xf32>) -> tensor<2x8x4x5xf32> {
  %at = graph.transpose %a [0, 2, 1, 3] : tensor<2x4x8x3xf32> -> tensor<2x8x4x3xf32>
  %bt = graph.transpose %b [0, 2, 3, 1] : tensor<2x5x8x3xf32> -> tensor<2x8x3x5xf32>
  %y = graph.contract %at, %bt batch [0, 1] x [0, 1] sum [3] x [2] : (tensor<2x8x4x3xf32>, tensor<2x8x3x5xf32>) -> tensor<2x8x4x5xf32>
  return %y : tensor<2x8x4x5xf32>
}

// CANON-LABEL: func.func @free_axes_keep_their_order
// CANON-NEXT: %[[T:.+]] = graph.transpose
// CANON-NEXT: graph.contract %[[T]]
func.func @free_axes_keep_their_order(%a: tensor<2x4x3xf32>, %b: tensor<3x5xf32>) -> tensor<4x2x5xf32> {
  %t = graph.transpose %a [1, 0, 2] : tensor<2x4x3xf32> -> tensor<4x2x3xf32>
  %y = graph.contract %t, %b batch [] x [] sum [2] x [0] : (tensor<4x2x3xf32>, tensor<3x5xf32>) -> tensor<4x2x5xf32>
  return %y : tensor<4x2x5xf32>
}

// LINALG: #[[$A:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d3)>
// LINALG: #[[$B:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d3, d2)>
// LINALG: #[[$Y:.+]] = affine_map<(d0, d1, d2, d3) -> (d0, d1, d2)>
// LINALG-LABEL: func.func @batched
// LINALG: linalg.generic {indexing_maps = [#[[$A]], #[[$B]], #[[$Y]]], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
