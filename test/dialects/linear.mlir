// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-canonicalize %s | FileCheck %s --check-prefix=KNOWN
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @with_bias
// CHECK: graph.linear %{{.+}}, %{{.+}}, %{{.+}} : (tensor<2x?x3xf32>, tensor<5x3xf32>, tensor<5xf32>) -> tensor<2x?x5xf32>
func.func @with_bias(%x: tensor<2x?x3xf32>, %w: tensor<5x3xf32>, %b: tensor<5xf32>) -> tensor<2x?x5xf32> {
  %y = graph.linear %x, %w, %b : (tensor<2x?x3xf32>, tensor<5x3xf32>, tensor<5xf32>) -> tensor<2x?x5xf32>
  return %y : tensor<2x?x5xf32>
}

// The weight is read as it lies: one contraction, no transpose.
// LINALG: #[[$X:.+]] = affine_map<(d0, d1, d2) -> (d0, d2)>
// LINALG: #[[$W:.+]] = affine_map<(d0, d1, d2) -> (d1, d2)>
// LINALG: #[[$Y:.+]] = affine_map<(d0, d1, d2) -> (d0, d1)>
// CHECK-LABEL: func.func @without_bias
// CHECK: graph.linear %{{.+}}, %{{.+}} : (tensor<4x3xf32>, tensor<5x3xf32>) -> tensor<4x5xf32>
// LINALG-LABEL: func.func @without_bias
// LINALG-SAME: (%[[XV:.+]]: tensor<4x3xf32>, %[[WV:.+]]: tensor<5x3xf32>)
// LINALG: linalg.generic {indexing_maps = [#[[$X]], #[[$W]], #[[$Y]]]
// LINALG-SAME: ins(%[[XV]], %[[WV]]
// LINALG-NOT: linalg.generic
// LINALG: return
func.func @without_bias(%x: tensor<4x3xf32>, %w: tensor<5x3xf32>) -> tensor<4x5xf32> {
  %y = graph.linear %x, %w : (tensor<4x3xf32>, tensor<5x3xf32>) -> tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}

graph.parameter @weight : tensor<5x3xf32> = dense<0.5> : tensor<5x3xf32>
graph.parameter @bias : tensor<5xf32> = dense<0.25> : tensor<5xf32>

// A product with transposed weights, a bias, and reshapes to matrices around them, as torch decomposes it.
// KNOWN-LABEL: func.func @decomposed(
// KNOWN-SAME: %[[X:.+]]: tensor<2x?x3xf32>
// KNOWN-DAG: %[[W:.+]] = graph.get @weight
// KNOWN-DAG: %[[B:.+]] = graph.get @bias
// KNOWN: %[[Y:.+]] = graph.linear %[[X]], %[[W]], %[[B]] : (tensor<2x?x3xf32>, tensor<5x3xf32>, tensor<5xf32>) -> tensor<2x?x5xf32>
// KNOWN-NOT: graph.
// KNOWN: return
func.func @decomposed(%x: tensor<2x?x3xf32>) -> tensor<2x?x5xf32> {
  %w = graph.get @weight : tensor<5x3xf32>
  %b = graph.get @bias : tensor<5xf32>
  %one = arith.constant 1 : index
  %n = tensor.dim %x, %one : tensor<2x?x3xf32>
  %t = graph.transpose %w [1, 0] : tensor<5x3xf32> -> tensor<3x5xf32>
  %rows = graph.reshape %x [-1, 3] : tensor<2x?x3xf32> -> tensor<?x3xf32>
  %p = graph.matmul %rows, %t : (tensor<?x3xf32>, tensor<3x5xf32>) -> tensor<?x5xf32>
  %s = graph.add %p, %b : (tensor<?x5xf32>, tensor<5xf32>) -> tensor<?x5xf32>
  %y = graph.reshape %s [2, %n, 5] : tensor<?x5xf32> -> tensor<2x?x5xf32>
  return %y : tensor<2x?x5xf32>
}

// Of two values that the model computes it is none.
// KNOWN-LABEL: func.func @no_weights
// KNOWN-NOT: graph.linear
func.func @no_weights(%x: tensor<4x3xf32>, %w: tensor<5x3xf32>) -> tensor<4x5xf32> {
  %y = graph.contract %x, %w batch [] x [] sum [1] x [1] : (tensor<4x3xf32>, tensor<5x3xf32>) -> tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}
