// RUN: graph-opt %s --graph-interpret
// RUN: graph-opt %s --graph-to-linalg --graph-interpret
// RUN: graph-opt %s --graph-interpret=target=cpu

// The second box overlaps the first by 0.9 / 1.1; its corners are given in the other order.
func.func @leaves_out_what_overlaps() {
  %boxes = graph.constant dense<[[[0.0, 0.0, 1.0, 1.0], [1.0, 1.1, 0.0, 0.1], [0.0, 10.0, 1.0, 11.0], [0.0, 10.1, 1.0, 11.1]]]> : tensor<1x4x4xf32>
  %scores = graph.constant dense<[[[0.5, 0.9, 0.7, 0.7]]]> : tensor<1x1x4xf32>
  %limit = graph.constant dense<3> : tensor<i64>
  %iou = graph.constant dense<0.5> : tensor<f32>
  %least = graph.constant dense<0.0> : tensor<f32>
  %y = graph.non_max_suppression %boxes, %scores, %limit, %iou, %least
    : (tensor<1x4x4xf32>, tensor<1x1x4xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64>
  %expected = graph.constant dense<[[0, 0, 1], [0, 0, 2]]> : tensor<2x3xi64>
  %cast = tensor.cast %expected : tensor<2x3xi64> to tensor<?x3xi64>
  check.expect_eq %y, %cast : tensor<?x3xi64>
  return
}

func.func @no_more_than_the_limit() {
  %boxes = graph.constant dense<[[[0.0, 0.0, 1.0, 1.0], [1.0, 1.1, 0.0, 0.1], [0.0, 10.0, 1.0, 11.0], [0.0, 10.1, 1.0, 11.1]]]> : tensor<1x4x4xf32>
  %scores = graph.constant dense<[[[0.5, 0.9, 0.7, 0.7]]]> : tensor<1x1x4xf32>
  %limit = graph.constant dense<1> : tensor<i64>
  %iou = graph.constant dense<0.9> : tensor<f32>
  %least = graph.constant dense<0.0> : tensor<f32>
  %y = graph.non_max_suppression %boxes, %scores, %limit, %iou, %least
    : (tensor<1x4x4xf32>, tensor<1x1x4xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64>
  %expected = graph.constant dense<[[0, 0, 1]]> : tensor<1x3xi64>
  %cast = tensor.cast %expected : tensor<1x3xi64> to tensor<?x3xi64>
  check.expect_eq %y, %cast : tensor<?x3xi64>
  return
}

// NaN is no score.
func.func @scores_above_the_threshold() {
  %boxes = graph.constant dense<[[[0.0, 0.0, 1.0, 1.0], [1.0, 1.1, 0.0, 0.1], [0.0, 10.0, 1.0, 11.0], [0.0, 10.1, 1.0, 11.1]]]> : tensor<1x4x4xf32>
  %scores = graph.constant dense<[[[0.5, 0x7FC00000, 0.7, 0.75]]]> : tensor<1x1x4xf32>
  %limit = graph.constant dense<9> : tensor<i64>
  %iou = graph.constant dense<1.0> : tensor<f32>
  %least = graph.constant dense<0.5> : tensor<f32>
  %y = graph.non_max_suppression %boxes, %scores, %limit, %iou, %least
    : (tensor<1x4x4xf32>, tensor<1x1x4xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64>
  %expected = graph.constant dense<[[0, 0, 3], [0, 0, 2]]> : tensor<2x3xi64>
  %cast = tensor.cast %expected : tensor<2x3xi64> to tensor<?x3xi64>
  check.expect_eq %y, %cast : tensor<?x3xi64>
  return
}

func.func @none() {
  %boxes = graph.constant dense<[[[0.0, 0.0, 1.0, 1.0], [1.0, 1.1, 0.0, 0.1], [0.0, 10.0, 1.0, 11.0], [0.0, 10.1, 1.0, 11.1]]]> : tensor<1x4x4xf32>
  %scores = graph.constant dense<[[[0.5, 0.9, 0.7, 0.7]]]> : tensor<1x1x4xf32>
  %limit = graph.constant dense<0> : tensor<i64>
  %iou = graph.constant dense<0.5> : tensor<f32>
  %least = graph.constant dense<0.0> : tensor<f32>
  %y = graph.non_max_suppression %boxes, %scores, %limit, %iou, %least
    : (tensor<1x4x4xf32>, tensor<1x1x4xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64>
  %expected = graph.constant dense<> : tensor<0x3xi64>
  %cast = tensor.cast %expected : tensor<0x3xi64> to tensor<?x3xi64>
  check.expect_eq %y, %cast : tensor<?x3xi64>
  return
}

// Boxes by their middle, width and height.
func.func @class_by_class() {
  %boxes = graph.constant dense<[[[0.5, 0.5, 1.0, 1.0], [0.5, 0.6, 1.0, 1.0]], [[0.5, 0.5, 1.0, 1.0], [9.5, 0.5, 1.0, 1.0]]]> : tensor<2x2x4xf64>
  %scores = graph.constant dense<[[[0.5, 0.6], [0.2, 0.1]], [[0.5, 0.6], [0.2, 0.1]]]> : tensor<2x2x2xf64>
  %limit = graph.constant dense<9> : tensor<i64>
  %iou = graph.constant dense<0.5> : tensor<f32>
  %least = graph.constant dense<-1.0> : tensor<f32>
  %y = graph.non_max_suppression %boxes, %scores, %limit, %iou, %least center
    : (tensor<2x2x4xf64>, tensor<2x2x2xf64>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64>
  %expected = graph.constant dense<[[0, 0, 1], [0, 1, 0], [1, 0, 1], [1, 0, 0], [1, 1, 0], [1, 1, 1]]> : tensor<6x3xi64>
  %cast = tensor.cast %expected : tensor<6x3xi64> to tensor<?x3xi64>
  check.expect_eq %y, %cast : tensor<?x3xi64>
  return
}
