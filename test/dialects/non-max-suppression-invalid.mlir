// RUN: graph-opt %s --split-input-file --verify-diagnostics

func.func @non_max_suppression_c1(%boxes: tensor<1x6x4xf32>, %scores: tensor<1x2x5xf32>, %limit: tensor<i64>, %t: tensor<f32>) {
  // expected-error @below {{expected boxes [batches, boxes, 4] and scores [batches, classes, boxes], got 'tensor<1x6x4xf32>' and 'tensor<1x2x5xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.non_max_suppression %boxes, %scores, %limit, %t, %t
    : (tensor<1x6x4xf32>, tensor<1x2x5xf32>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64>
  return
}

// -----

func.func @non_max_suppression_c2(%boxes: tensor<1x6x4xf32>, %scores: tensor<1x2x6xf32>, %limit: tensor<1xi64>, %t: tensor<f32>) {
  // expected-error @below {{expected a limit and thresholds of rank 0, got 'tensor<1xi64>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.non_max_suppression %boxes, %scores, %limit, %t, %t
    : (tensor<1x6x4xf32>, tensor<1x2x6xf32>, tensor<1xi64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64>
  return
}
