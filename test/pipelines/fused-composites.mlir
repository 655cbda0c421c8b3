// RUN: graph-opt --graph-fuse --graph-to-linalg %s | FileCheck %s

// A fusion that holds a composite op without a lowering of its own: both are expanded.
// CHECK-LABEL: @a_product_and_its_epilogue
// CHECK-NOT: graph.
// CHECK: linalg.generic
func.func @a_product_and_its_epilogue(%x: tensor<4x8xf32>, %w: tensor<16x8xf32>, %b: tensor<16xf32>) -> tensor<4x16xf32> {
  %l = graph.linear %x, %w, %b : (tensor<4x8xf32>, tensor<16x8xf32>, tensor<16xf32>) -> tensor<4x16xf32>
  %g = graph.gelu %l : tensor<4x16xf32>
  return %g : tensor<4x16xf32>
}
