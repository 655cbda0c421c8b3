func.func @floats() {
  %x0 = graph.constant dense<[[0.25, -0.25, 0.75], [0.0, -0.5, 0.25]]> : tensor<2x3xf32>
  %k0 = graph.constant dense<[[0.0, 0.25, -0.25], [-1.0, -0.5, -1.0], [0.0, 1.25, -0.5], [-0.5, 0.5, 0.25]]> : tensor<4x3xf32>
  %b0 = graph.constant dense<[2.0, -2.5, 0.5, -0.5]> : tensor<4xf32>
  %y0 = graph.linear %x0, %k0, %b0 : (tensor<2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %y0_w = graph.constant dense<[[1.75, -3.375, -0.1875, -0.5625], [1.8125, -2.5, -0.25, -0.6875]]> : tensor<2x4xf32>
  check.expect_close %y0, %y0_w : tensor<2x4xf32>
  %x1 = graph.constant dense<[0.25, 0.75, 0.25]> : tensor<3xf32>
  %k1 = graph.constant dense<[[-1.75, -1.25, -1.25], [-0.25, -2.25, -0.25], [-1.0, 1.0, 1.0], [1.5, 0.75, -0.0]]> : tensor<4x3xf32>
  %y1 = graph.linear %x1, %k1 : (tensor<3xf32>, tensor<4x3xf32>) -> tensor<4xf32>
  %y1_w = graph.constant dense<[-1.6875, -1.8125, 0.75, 0.9375]> : tensor<4xf32>
  check.expect_close %y1, %y1_w : tensor<4xf32>
  %x2 = graph.constant dense<[[[0.25, -0.5, -0.5], [-2.5, 1.75, 1.25]], [[-0.25, 0.75, 0.25], [-0.5, 1.0, -0.25]]]> : tensor<2x2x3xf32>
  %k2 = graph.constant dense<[[-0.75, 0.25, -1.75], [0.75, 1.25, -0.5], [0.5, 0.25, -0.5], [-0.75, -2.0, 1.5]]> : tensor<4x3xf32>
  %b2 = graph.constant dense<[-0.75, -1.25, -0.25, 0.5]> : tensor<4xf32>
  %y2 = graph.linear %x2, %k2, %b2 : (tensor<2x2x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<2x2x4xf32>
  %y2_w = graph.constant dense<[[[-0.1875, -1.4375, 0.0, 0.5625], [-0.625, -1.5625, -1.6875, 0.75]], [[-0.8125, -0.625, -0.3125, -0.4375], [0.3125, -0.25, -0.125, -1.5]]]> : tensor<2x2x4xf32>
  check.expect_close %y2, %y2_w : tensor<2x2x4xf32>
  %x3 = graph.constant dense<> : tensor<0x3xf32>
  %k3 = graph.constant dense<[[-1.0, -0.75, -0.75], [0.25, -0.25, 0.25], [0.75, 0.75, 0.5], [-0.5, -0.75, -0.75]]> : tensor<4x3xf32>
  %b3 = graph.constant dense<[1.0, 1.75, -2.5, -0.25]> : tensor<4xf32>
  %y3 = graph.linear %x3, %k3, %b3 : (tensor<0x3xf32>, tensor<4x3xf32>, tensor<4xf32>) -> tensor<0x4xf32>
  %y3_w = graph.constant dense<> : tensor<0x4xf32>
  check.expect_close %y3, %y3_w : tensor<0x4xf32>
  return
}
