// RUN: graph-opt %s --split-input-file --verify-diagnostics

func.func @convolution_c1(%x: tensor<2x3x8xf32>, %w: tensor<4x3x3xf64>) {
  // expected-error @below {{expected one element type and one rank of at least 3, got 'tensor<2x3x8xf32>' and 'tensor<4x3x3xf64>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.convolution %x, %w strides [1] low [0] high [0] dilations [1] spread [1] groups 1 : (tensor<2x3x8xf32>, tensor<4x3x3xf64>) -> tensor<2x4x6xf32>
  return
}

// -----

func.func @convolution_c2(%x: tensor<2x3x8xf32>, %w: tensor<4x3x3xf32>) {
  // expected-error @below {{expected 1 strides of at least 1, got [0]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.convolution %x, %w strides [0] low [0] high [0] dilations [1] spread [1] groups 1 : (tensor<2x3x8xf32>, tensor<4x3x3xf32>) -> tensor<2x4x6xf32>
  return
}

// -----

func.func @convolution_c3(%x: tensor<2x6x8xf32>, %w: tensor<3x3x3xf32>) {
  // expected-error @below {{expected groups that divide the filters of 'tensor<3x3x3xf32>' and have its channels of 'tensor<2x6x8xf32>', got 2}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.convolution %x, %w strides [1] low [0] high [0] dilations [1] spread [1] groups 2 : (tensor<2x6x8xf32>, tensor<3x3x3xf32>) -> tensor<2x3x6xf32>
  return
}

// -----

func.func @convolution_c4(%x: tensor<2x3x2xf32>, %w: tensor<4x3x3xf32>) {
  // expected-error @below {{expected a window of 1 to 4 positions, got one of 5}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.convolution %x, %w strides [1] low [1] high [1] dilations [2] spread [1] groups 1 : (tensor<2x3x2xf32>, tensor<4x3x3xf32>) -> tensor<2x4x6xf32>
  return
}
