// RUN: graph-opt %s | graph-opt | FileCheck %s
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
func.func @without_bias(%x: tensor<4x3xf32>, %w: tensor<5x3xf32>) -> tensor<4x5xf32> {
  %y = graph.linear %x, %w : (tensor<4x3xf32>, tensor<5x3xf32>) -> tensor<4x5xf32>
  return %y : tensor<4x5xf32>
}
