func.func @slides_over_a_padded_line() {
  %x = graph.constant dense<[[[1.0, 2.0, 3.0, 4.0]]]> : tensor<1x1x4xf32>
  %w = graph.constant dense<[[[1.0, 0.0, -1.0]]]> : tensor<1x1x3xf32>
  %y = graph.convolution %x, %w strides [1] low [1] high [1] dilations [1] spread [1] groups 1 : (tensor<1x1x4xf32>, tensor<1x1x3xf32>) -> tensor<1x1x4xf32>
  %expected = graph.constant dense<[[[-2.0, -2.0, -2.0, 3.0]]]> : tensor<1x1x4xf32>
  check.expect_eq %y, %expected : tensor<1x1x4xf32>
  return
}

func.func @sums_channels_in_two_dimensions_by_strides() {
  %x = graph.constant dense<[[[[1, 2, 3], [4, 5, 6], [7, 8, 9]], [[1, 1, 1], [1, 1, 1], [1, 1, 1]]]]> : tensor<1x2x3x3xi32>
  %w = graph.constant dense<[[[[1, 1], [1, 1]], [[10, 10], [10, 10]]], [[[1, 0], [0, 0]], [[0, 0], [0, 0]]]]> : tensor<2x2x2x2xi32>
  %y = graph.convolution %x, %w strides [1, 2] low [0, 0] high [0, 1] dilations [1, 1] spread [1, 1] groups 1 : (tensor<1x2x3x3xi32>, tensor<2x2x2x2xi32>) -> tensor<1x2x2x2xi32>
  %expected = graph.constant dense<[[[[52, 29], [64, 35]], [[1, 3], [4, 6]]]]> : tensor<1x2x2x2xi32>
  check.expect_eq %y, %expected : tensor<1x2x2x2xi32>
  return
}

func.func @groups_see_their_own_channels() {
  %x = graph.constant dense<[[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0], [7.0, 8.0]]]> : tensor<1x4x2xf64>
  %w = graph.constant dense<[[[1.0], [1.0]], [[1.0], [-1.0]], [[2.0], [0.0]], [[0.0], [2.0]]]> : tensor<4x2x1xf64>
  %y = graph.convolution %x, %w strides [1] low [0] high [0] dilations [1] spread [1] groups 2 : (tensor<1x4x2xf64>, tensor<4x2x1xf64>) -> tensor<1x4x2xf64>
  %expected = graph.constant dense<[[[4.0, 6.0], [-2.0, -2.0], [10.0, 12.0], [14.0, 16.0]]]> : tensor<1x4x2xf64>
  check.expect_eq %y, %expected : tensor<1x4x2xf64>
  return
}

func.func @a_channel_each_with_dilation() {
  %x = graph.constant dense<[[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]]> : tensor<1x2x3xf16>
  %w = graph.constant dense<[[[1.0, 1.0]], [[1.0, -1.0]]]> : tensor<2x1x2xf16>
  %y = graph.convolution %x, %w strides [1] low [0] high [0] dilations [2] spread [1] groups 2 : (tensor<1x2x3xf16>, tensor<2x1x2xf16>) -> tensor<1x2x1xf16>
  %expected = graph.constant dense<[[[4.0], [-2.0]]]> : tensor<1x2x1xf16>
  check.expect_eq %y, %expected : tensor<1x2x1xf16>
  return
}

func.func @spread_elements_make_it_a_transposed_one() {
  %x = graph.constant dense<[[[1.0, 2.0]]]> : tensor<1x1x2xf32>
  %w = graph.constant dense<[[[3.0, 2.0, 1.0]]]> : tensor<1x1x3xf32>
  %y = graph.convolution %x, %w strides [1] low [2] high [2] dilations [1] spread [2] groups 1 : (tensor<1x1x2xf32>, tensor<1x1x3xf32>) -> tensor<1x1x5xf32>
  %expected = graph.constant dense<[[[1.0, 2.0, 5.0, 4.0, 6.0]]]> : tensor<1x1x5xf32>
  check.expect_eq %y, %expected : tensor<1x1x5xf32>
  return
}

func.func @no_samples_give_none() {
  %x = graph.constant dense<0.0> : tensor<0x1x4xf32>
  %w = graph.constant dense<1.0> : tensor<2x1x3xf32>
  %y = graph.convolution %x, %w strides [1] low [0] high [0] dilations [1] spread [1] groups 1 : (tensor<0x1x4xf32>, tensor<2x1x3xf32>) -> tensor<0x2x2xf32>
  %expected = graph.constant dense<0.0> : tensor<0x2x2xf32>
  check.expect_eq %y, %expected : tensor<0x2x2xf32>
  return
}
