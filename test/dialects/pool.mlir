// RUN: graph-opt %s | graph-opt | FileCheck %s

// CHECK-LABEL: func.func @sizes_are_counts_of_windows
func.func @sizes_are_counts_of_windows(%x: tensor<?x3x?x8xf32>) -> (tensor<?x3x?x4xf32>, tensor<?x3x?x4xf32>, tensor<?x3x?x4xi64>) {
  // CHECK: graph.max_pool %{{.+}} window [3, 3] strides [2, 2] low [1, 1] high [1, 1] dilations [1, 1] : tensor<?x3x?x8xf32> -> tensor<?x3x?x4xf32>
  %y = graph.max_pool %x window [3, 3] strides [2, 2] low [1, 1] high [1, 1] dilations [1, 1] : tensor<?x3x?x8xf32> -> tensor<?x3x?x4xf32>
  // CHECK: graph.sum_pool
  %s = graph.sum_pool %x window [3, 3] strides [2, 2] low [1, 1] high [1, 1] dilations [1, 1] : tensor<?x3x?x8xf32> -> tensor<?x3x?x4xf32>
  // CHECK: graph.argmax_pool {{.+}} -> tensor<?x3x?x4xi64>
  %i = graph.argmax_pool %x window [3, 3] strides [2, 2] low [1, 1] high [1, 1] dilations [1, 1] : tensor<?x3x?x8xf32> -> tensor<?x3x?x4xi64>
  return %y, %s, %i : tensor<?x3x?x4xf32>, tensor<?x3x?x4xf32>, tensor<?x3x?x4xi64>
}
