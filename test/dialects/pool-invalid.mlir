// RUN: graph-opt %s --split-input-file --verify-diagnostics

func.func @max_pool_c1(%x: tensor<4xf32>) {
  // expected-error @below {{expected a window of 1 to 1 axes, got [2, 2]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.max_pool %x window [2, 2] strides [1, 1] low [0, 0] high [0, 0] dilations [1, 1] : tensor<4xf32> -> tensor<3xf32>
  return
}

// -----

func.func @max_pool_c2(%x: tensor<4xf32>) {
  // expected-error @below {{expected a window of 1 to 5 positions, got one of 7}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.max_pool %x window [3] strides [1] low [0] high [1] dilations [3] : tensor<4xf32> -> tensor<1xf32>
  return
}

// -----

func.func @sum_pool_c1(%x: tensor<4xf32>) {
  // expected-error @below {{expected 1 low of at least 0, got [-1]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.sum_pool %x window [2] strides [1] low [-1] high [0] dilations [1] : tensor<4xf32> -> tensor<2xf32>
  return
}

// -----

func.func @sum_pool_c2(%x: tensor<4xf32>) {
  // expected-error @below {{expected a window of 1 to 4 positions, got one of 5}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.sum_pool %x window [5] strides [1] low [0] high [0] dilations [1] : tensor<4xf32> -> tensor<1xf32>
  return
}

// -----

func.func @argmax_pool_c1(%x: tensor<4xf32>) {
  // expected-error @below {{expected a window of at least 1 along each axis, got [0]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.argmax_pool %x window [0] strides [1] low [0] high [0] dilations [1] : tensor<4xf32> -> tensor<1xi64>
  return
}

// -----

func.func @argmax_pool_c2(%x: tensor<4xf32>) {
  // expected-error @below {{expected a window of 1 to 4 positions, got one of 5}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.argmax_pool %x window [5] strides [1] low [0] high [0] dilations [1] : tensor<4xf32> -> tensor<1xi64>
  return
}
