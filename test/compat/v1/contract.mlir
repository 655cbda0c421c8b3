func.func @floats() {
  %a0 = graph.constant dense<[[[0.25, -0.25, 0.75], [0.0, -0.5, 0.25]], [[1.25, 1.0, -0.75], [-1.25, -0.5, 0.0]]]> : tensor<2x2x3xf64>
  %b0 = graph.constant dense<[[[-0.75, 0.25], [-1.75, 0.75], [1.25, -0.5]], [[0.5, 0.25], [-0.5, -0.75], [-2.0, 1.5]]]> : tensor<2x3x2xf64>
  %y0 = graph.contract %a0, %b0 batch [0] x [0] sum [2] x [1] : (tensor<2x2x3xf64>, tensor<2x3x2xf64>) -> tensor<2x2x2xf64>
  %y0_w = graph.constant dense<[[[1.1875, -0.5], [1.1875, -0.5]], [[1.625, -1.5625], [-0.375, 0.0625]]]> : tensor<2x2x2xf64>
  check.expect_close %y0, %y0_w : tensor<2x2x2xf64>
  %a1 = graph.constant dense<[[[[0.25, 0.75, 0.25]], [[-1.25, 1.0, 0.5]]], [[[-0.5, 0.5, 0.25]], [[0.25, 0.0, 0.5]]]]> : tensor<2x2x1x3xf64>
  %b1 = graph.constant dense<[[[[-1.0, -0.75, -0.75]], [[0.25, -0.25, 0.25]]], [[[0.75, 0.75, 0.5]], [[-0.5, -0.75, -0.75]]]]> : tensor<2x2x1x3xf64>
  %y1 = graph.contract %a1, %b1 batch [0, 2] x [0, 2] sum [3] x [3] : (tensor<2x2x1x3xf64>, tensor<2x2x1x3xf64>) -> tensor<2x1x2x2xf64>
  %y1_w = graph.constant dense<[[[[-1.0, -0.0625], [0.125, -0.4375]]], [[[0.125, -0.3125], [0.4375, -0.5]]]]> : tensor<2x1x2x2xf64>
  check.expect_close %y1, %y1_w : tensor<2x1x2x2xf64>
  %a2 = graph.constant dense<[[[0.25, -0.5, -0.5], [-2.5, 1.75, 1.25]], [[-0.25, 0.75, 0.25], [-0.5, 1.0, -0.25]]]> : tensor<2x2x3xf64>
  %b2 = graph.constant dense<[[[0.0, 1.25]], [[1.25, -0.5]], [[-0.25, -0.5]]]> : tensor<3x1x2xf64>
  %y2 = graph.contract %a2, %b2 batch [] x [] sum [0, 2] x [2, 0] : (tensor<2x2x3xf64>, tensor<3x1x2xf64>) -> tensor<2x1xf64>
  %y2_w = graph.constant dense<[[-1.3125], [0.875]]> : tensor<2x1xf64>
  check.expect_close %y2, %y2_w : tensor<2x1xf64>
  %a3 = graph.constant dense<[2.0, -2.5]> : tensor<2xf64>
  %b3 = graph.constant dense<[-0.0, 1.0, 0.75]> : tensor<3xf64>
  %y3 = graph.contract %a3, %b3 batch [] x [] sum [] x [] : (tensor<2xf64>, tensor<3xf64>) -> tensor<2x3xf64>
  %y3_w = graph.constant dense<[[0.0, 2.0, 1.5], [0.0, -2.5, -1.875]]> : tensor<2x3xf64>
  check.expect_close %y3, %y3_w : tensor<2x3xf64>
  %a4 = graph.constant dense<[[-0.75, -0.25, 1.75], [0.75, -1.75, -0.0]]> : tensor<2x3xf64>
  %b4 = graph.constant dense<[1.75, -3.0, 1.0]> : tensor<3xf64>
  %y4 = graph.contract %a4, %b4 batch [1] x [0] sum [] x [] : (tensor<2x3xf64>, tensor<3xf64>) -> tensor<3x2xf64>
  %y4_w = graph.constant dense<[[-1.3125, 1.3125], [0.75, 5.25], [1.75, 0.0]]> : tensor<3x2xf64>
  check.expect_close %y4, %y4_w : tensor<3x2xf64>
  %a5 = graph.constant dense<> : tensor<0x2xf64>
  %b5 = graph.constant dense<> : tensor<0x1xf64>
  %y5 = graph.contract %a5, %b5 batch [] x [] sum [0] x [0] : (tensor<0x2xf64>, tensor<0x1xf64>) -> tensor<2x1xf64>
  %y5_w = graph.constant dense<[[0.0], [0.0]]> : tensor<2x1xf64>
  check.expect_close %y5, %y5_w : tensor<2x1xf64>
  return
}
