// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @every_row
// LINALG-LABEL: func.func @every_row
func.func @every_row(%x: tensor<?x3x4xf32>, %u: tensor<4xui8>) -> (tensor<?x4xf32>, tensor<?x3x1xf32>, tensor<1xui8>, tensor<f32>) {
  // CHECK: graph.reduce_sum %{{.+}} axes [1] : tensor<?x3x4xf32> -> tensor<?x4xf32>
  // LINALG: linalg.generic {{.*}}iterator_types = ["parallel", "reduction", "parallel"]}
  // LINALG: arith.addf
  %0 = graph.reduce_sum %x axes [1] : tensor<?x3x4xf32> -> tensor<?x4xf32>
  // CHECK: graph.reduce_prod %{{.+}} axes [2] keep_dims : tensor<?x3x4xf32> -> tensor<?x3x1xf32>
  // LINALG: arith.mulf
  // LINALG: tensor.expand_shape
  %1 = graph.reduce_prod %x axes [2] keep_dims : tensor<?x3x4xf32> -> tensor<?x3x1xf32>
  // CHECK: graph.reduce_max
  // LINALG: arith.maxui
  %2 = graph.reduce_max %u axes [0] keep_dims : tensor<4xui8> -> tensor<1xui8>
  // CHECK: graph.reduce_min %{{.+}} axes [0, 1, 2] : tensor<?x3x4xf32> -> tensor<f32>
  // LINALG: arith.minimumf
  %3 = graph.reduce_min %x axes [0, 1, 2] : tensor<?x3x4xf32> -> tensor<f32>
  return %0, %1, %2, %3 : tensor<?x4xf32>, tensor<?x3x1xf32>, tensor<1xui8>, tensor<f32>
}
