// RUN: graph-opt %s --graph-cpu-outline-shapes | FileCheck %s

// CHECK-LABEL: func.func @concat(
// CHECK: func.func @concat_shapes(%[[N:.+]]: index, %[[M:.+]]: index) -> index attributes {graph.sizes}
// CHECK-NOT: tensor
// CHECK: return %{{.+}} : index
func.func @concat(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<2xf32>) {
  %0 = tensor.concat dim(0) %x, %y : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = arith.constant dense<0.0> : tensor<2xf32>
  return %0, %1 : tensor<?x4xf32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @static
// CHECK-NOT: @static_shapes
func.func @static(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
