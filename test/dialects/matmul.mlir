// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --canonicalize %s | FileCheck %s --check-prefix=CANON
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @matrices
// CHECK: graph.matmul %{{.+}}, %{{.+}} : (tensor<?x3xf32>, tensor<3x5xf32>) -> tensor<?x5xf32>
// LINALG-LABEL: func.func @matrices
// LINALG: %[[ZERO:.+]] = linalg.fill
// LINALG: linalg.generic {{.*}}iterator_types = ["parallel", "parallel", "reduction"]} {{.*}} outs(%[[ZERO]] : tensor<?x5xf32>)
func.func @matrices(%a: tensor<?x3xf32>, %b: tensor<3x5xf32>) -> tensor<?x5xf32> {
  %y = graph.matmul %a, %b : (tensor<?x3xf32>, tensor<3x5xf32>) -> tensor<?x5xf32>
  return %y : tensor<?x5xf32>
}

// CHECK-LABEL: func.func @vectors
// CHECK: -> tensor<i32>
// CHECK: -> tensor<7x2xi32>
// CHECK: -> tensor<7x4xi32>
func.func @vectors(%v: tensor<3xi32>, %m: tensor<7x3x2xi32>, %n: tensor<7x4x3xi32>) -> (tensor<i32>, tensor<7x2xi32>, tensor<7x4xi32>) {
  %dot = graph.matmul %v, %v : (tensor<3xi32>, tensor<3xi32>) -> tensor<i32>
  %row = graph.matmul %v, %m : (tensor<3xi32>, tensor<7x3x2xi32>) -> tensor<7x2xi32>
  %column = graph.matmul %n, %v : (tensor<7x4x3xi32>, tensor<3xi32>) -> tensor<7x4xi32>
  return %dot, %row, %column : tensor<i32>, tensor<7x2xi32>, tensor<7x4xi32>
}

// Stretched axes are dropped, not copied.
// LINALG-LABEL: func.func @batches_broadcast
// LINALG: tensor.collapse_shape %{{.+}} {{\[\[}}0], [1, 2], [3]] : tensor<2x1x4x3xf16> into tensor<2x4x3xf16>
// LINALG: linalg.generic {{.*}} outs(%{{.+}} : tensor<2x6x4x5xf32>)
// LINALG: arith.truncf %{{.+}} : f32 to f16
func.func @batches_broadcast(%a: tensor<2x1x4x3xf16>, %b: tensor<6x3x5xf16>) -> tensor<2x6x4x5xf16> {
  %y = graph.matmul %a, %b : (tensor<2x1x4x3xf16>, tensor<6x3x5xf16>) -> tensor<2x6x4x5xf16>
  return %y : tensor<2x6x4x5xf16>
}

// CANON-LABEL: func.func @transpose_is_read_in_place
// CANON-SAME: (%[[A:.+]]: tensor<8x4x3xf32>, %[[B:.+]]: tensor<8x5x3xf32>)
// CANON-NEXT: graph.contract %[[A]], %[[B]] batch [0] x [0] sum [2] x [2]
func.func @transpose_is_read_in_place(%a: tensor<8x4x3xf32>, %b: tensor<8x5x3xf32>) -> tensor<8x4x5xf32> {
  %t = graph.transpose %b [0, 2, 1] : tensor<8x5x3xf32> -> tensor<8x3x5xf32>
  %y = graph.matmul %a, %t : (tensor<8x4x3xf32>, tensor<8x3x5xf32>) -> tensor<8x4x5xf32>
  return %y : tensor<8x4x5xf32>
}
