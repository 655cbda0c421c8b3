func.func @the_greatest_of_each_square() {
  %x = graph.constant dense<[[1.0, 2.0, 3.0], [4.0, -5.0, 6.0], [7.0, 8.0, 9.0]]> : tensor<3x3xf32>
  %y = graph.max_pool %x window [2, 2] strides [2, 2] low [1, 0] high [0, 1] dilations [1, 1] : tensor<3x3xf32> -> tensor<2x2xf32>
  %expected = graph.constant dense<[[2.0, 3.0], [8.0, 9.0]]> : tensor<2x2xf32>
  check.expect_eq %y, %expected : tensor<2x2xf32>
  return
}

func.func @a_window_outside_has_the_least_value() {
  %x = graph.constant dense<[[5, 6]]> : tensor<1x2xi8>
  %y = graph.max_pool %x window [1] strides [2] low [2] high [0] dilations [1] : tensor<1x2xi8> -> tensor<1x2xi8>
  %expected = graph.constant dense<[[-128, 5]]> : tensor<1x2xi8>
  check.expect_eq %y, %expected : tensor<1x2xi8>
  return
}

func.func @sums_with_dilation() {
  %x = graph.constant dense<[[1, 2, 3, 4, 5]]> : tensor<1x5xi64>
  %y = graph.sum_pool %x window [2] strides [1] low [1] high [0] dilations [2] : tensor<1x5xi64> -> tensor<1x4xi64>
  %expected = graph.constant dense<[[2, 4, 6, 8]]> : tensor<1x4xi64>
  check.expect_eq %y, %expected : tensor<1x4xi64>
  return
}

func.func @positions_count_the_elements_of_space() {
  %x = graph.constant dense<[[[1.0, 2.0], [4.0, 4.0]], [[0x7FC00000, 9.0], [0x7FC00000, 1.0]]]> : tensor<2x2x2xf32>
  %y = graph.argmax_pool %x window [2, 2] strides [1, 1] low [0, 0] high [0, 1] dilations [1, 1] : tensor<2x2x2xf32> -> tensor<2x1x2xi64>
  %expected = graph.constant dense<[[[2, 3]], [[2, 1]]]> : tensor<2x1x2xi64>
  check.expect_eq %y, %expected : tensor<2x1x2xi64>
  return
}
