// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt %s --graph-to-linalg | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @unknown_sizes_stay_unknown
// LINALG-LABEL: func.func @unknown_sizes_stay_unknown
func.func @unknown_sizes_stay_unknown(%x: tensor<?x3x?x8xf32>, %w: tensor<4x3x3x3xf32>) -> tensor<?x4x?x4xf32> {
  // CHECK: graph.convolution %{{.+}}, %{{.+}} strides [1, 2] low [1, 1] high [1, 1] dilations [1, 1] spread [1, 1] groups 1
  // LINALG: linalg.generic {{.+}}"reduction", "reduction", "reduction"
  %y = graph.convolution %x, %w strides [1, 2] low [1, 1] high [1, 1] dilations [1, 1] spread [1, 1] groups 1
      : (tensor<?x3x?x8xf32>, tensor<4x3x3x3xf32>) -> tensor<?x4x?x4xf32>
  return %y : tensor<?x4x?x4xf32>
}

// A window of one element is a product of matrices.
// LINALG-LABEL: func.func @a_point_has_no_window
func.func @a_point_has_no_window(%x: tensor<2x3x5xf32>, %w: tensor<4x3x1xf32>) -> tensor<2x4x5xf32> {
  // LINALG-NOT: tensor.insert_slice
  // LINALG: iterator_types = ["parallel", "parallel", "parallel", "reduction"]
  %y = graph.convolution %x, %w strides [1] low [0] high [0] dilations [1] spread [1] groups 1
      : (tensor<2x3x5xf32>, tensor<4x3x1xf32>) -> tensor<2x4x5xf32>
  return %y : tensor<2x4x5xf32>
}
