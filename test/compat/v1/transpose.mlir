func.func @axes() {
  %x = graph.constant dense<[[[0, 1], [2, 3], [4, 5]], [[6, 7], [8, 9], [10, 11]]]> : tensor<2x3x2xi8>
  %y0 = graph.transpose %x [0, 2, 1] : tensor<2x3x2xi8> -> tensor<2x2x3xi8>
  %y0_w = graph.constant dense<[[[0, 2, 4], [1, 3, 5]], [[6, 8, 10], [7, 9, 11]]]> : tensor<2x2x3xi8>
  check.expect_eq %y0, %y0_w : tensor<2x2x3xi8>
  %y1 = graph.transpose %x [2, 0, 1] : tensor<2x3x2xi8> -> tensor<2x2x3xi8>
  %y1_w = graph.constant dense<[[[0, 2, 4], [6, 8, 10]], [[1, 3, 5], [7, 9, 11]]]> : tensor<2x2x3xi8>
  check.expect_eq %y1, %y1_w : tensor<2x2x3xi8>
  %y2 = graph.transpose %x [2, 1, 0] : tensor<2x3x2xi8> -> tensor<2x3x2xi8>
  %y2_w = graph.constant dense<[[[0, 6], [2, 8], [4, 10]], [[1, 7], [3, 9], [5, 11]]]> : tensor<2x3x2xi8>
  check.expect_eq %y2, %y2_w : tensor<2x3x2xi8>
  %y3 = graph.transpose %x [0, 1, 2] : tensor<2x3x2xi8> -> tensor<2x3x2xi8>
  %y3_w = graph.constant dense<[[[0, 1], [2, 3], [4, 5]], [[6, 7], [8, 9], [10, 11]]]> : tensor<2x3x2xi8>
  check.expect_eq %y3, %y3_w : tensor<2x3x2xi8>
  return
}

func.func @empty_and_scalar() {
  %e = graph.constant dense<> : tensor<2x0xf16>
  %y = graph.transpose %e [1, 0] : tensor<2x0xf16> -> tensor<0x2xf16>
  %y_w = graph.constant dense<> : tensor<0x2xf16>
  check.expect_eq %y, %y_w : tensor<0x2xf16>
  %s = graph.constant dense<true> : tensor<i1>
  %z = graph.transpose %s [] : tensor<i1> -> tensor<i1>
  check.expect_eq %z, %s : tensor<i1>
  return
}
