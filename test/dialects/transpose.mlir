// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --canonicalize %s | FileCheck %s --check-prefix=CANON
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// LINALG: #[[$MAP:.+]] = affine_map<(d0, d1, d2) -> (d2, d0, d1)>
// CHECK-LABEL: func.func @three_axes
// CHECK: graph.transpose %{{.+}} [1, 2, 0] : tensor<2x?x4xui8> -> tensor<?x4x2xui8>
// LINALG-LABEL: func.func @three_axes
// LINALG-SAME: -> tensor<?x4x2xi8>
// LINALG: linalg.generic {indexing_maps = [#[[$MAP]], #{{.+}}]
func.func @three_axes(%x: tensor<2x?x4xui8>) -> tensor<?x4x2xui8> {
  %y = graph.transpose %x [1, 2, 0] : tensor<2x?x4xui8> -> tensor<?x4x2xui8>
  return %y : tensor<?x4x2xui8>
}

// CANON-LABEL: func.func @identity
// CANON-SAME: (%[[X:.+]]: tensor<2x3xf32>)
// CANON-NEXT: return %[[X]]
func.func @identity(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %y = graph.transpose %x [0, 1] : tensor<2x3xf32> -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}

// CANON-LABEL: func.func @twice
// CANON-SAME: (%[[X:.+]]: tensor<2x3x4xf32>)
// CANON-NEXT: %[[Y:.+]] = graph.transpose %[[X]] [2, 0, 1]
// CANON-NEXT: return %[[Y]]
func.func @twice(%x: tensor<2x3x4xf32>) -> tensor<4x2x3xf32> {
  %t = graph.transpose %x [1, 0, 2] : tensor<2x3x4xf32> -> tensor<3x2x4xf32>
  %y = graph.transpose %t [2, 1, 0] : tensor<3x2x4xf32> -> tensor<4x2x3xf32>
  return %y : tensor<4x2x3xf32>
}

// CANON-LABEL: func.func @there_and_back
// CANON-SAME: (%[[X:.+]]: tensor<2x3xf32>)
// CANON-NEXT: return %[[X]]
func.func @there_and_back(%x: tensor<2x3xf32>) -> tensor<2x3xf32> {
  %t = graph.transpose %x [1, 0] : tensor<2x3xf32> -> tensor<3x2xf32>
  %y = graph.transpose %t [1, 0] : tensor<3x2xf32> -> tensor<2x3xf32>
  return %y : tensor<2x3xf32>
}
