func.func @floats() {
  %a0 = graph.constant dense<[[0.25, -0.25, 0.75], [0.0, -0.5, 0.25]]> : tensor<2x3xf32>
  %b0 = graph.constant dense<[[0.5, -0.5, 0.75, -1.5], [1.75, -0.25, 0.5, 0.75], [0.25, 0.25, -1.25, -0.25]]> : tensor<3x4xf32>
  %y0 = graph.matmul %a0, %b0 : (tensor<2x3xf32>, tensor<3x4xf32>) -> tensor<2x4xf32>
  %y0_w = graph.constant dense<[[-0.125, 0.125, -0.875, -0.75], [-0.8125, 0.1875, -0.5625, -0.4375]]> : tensor<2x4xf32>
  check.expect_close %y0, %y0_w : tensor<2x4xf32>
  %a1 = graph.constant dense<[0.25, 0.75, 0.25]> : tensor<3xf32>
  %b1 = graph.constant dense<[-0.5, -0.5, 0.0]> : tensor<3xf32>
  %y1 = graph.matmul %a1, %b1 : (tensor<3xf32>, tensor<3xf32>) -> tensor<f32>
  %y1_w = graph.constant dense<-0.5> : tensor<f32>
  check.expect_close %y1, %y1_w : tensor<f32>
  %a2 = graph.constant dense<[0.25, -0.5, -0.5]> : tensor<3xf32>
  %b2 = graph.constant dense<[[[-0.75, 0.25], [-0.0, -0.0], [0.25, 0.75]], [[0.25, 0.25], [-1.25, 0.5], [-0.25, 1.0]]]> : tensor<2x3x2xf32>
  %y2 = graph.matmul %a2, %b2 : (tensor<3xf32>, tensor<2x3x2xf32>) -> tensor<2x2xf32>
  %y2_w = graph.constant dense<[[-0.3125, -0.3125], [0.8125, -0.6875]]> : tensor<2x2xf32>
  check.expect_close %y2, %y2_w : tensor<2x2xf32>
  %a3 = graph.constant dense<[[[2.0, -2.5, 0.5], [-0.5, -0.5, -0.25]], [[-2.0, -0.25, -0.75], [3.25, 0.25, -0.25]]]> : tensor<2x2x3xf32>
  %b3 = graph.constant dense<[0.0, -0.75, 1.0]> : tensor<3xf32>
  %y3 = graph.matmul %a3, %b3 : (tensor<2x2x3xf32>, tensor<3xf32>) -> tensor<2x2xf32>
  %y3_w = graph.constant dense<[[2.375, 0.125], [-0.5625, -0.4375]]> : tensor<2x2xf32>
  check.expect_close %y3, %y3_w : tensor<2x2xf32>
  %a4 = graph.constant dense<[[[[-0.75, -0.25, 1.75], [0.75, -1.75, -0.0]]], [[[-0.5, 0.25, -1.5], [0.25, 0.25, 1.5]]]]> : tensor<2x1x2x3xf32>
  %b4 = graph.constant dense<[[[-1.0], [-0.25], [1.25]], [[1.75], [-0.5], [1.25]]]> : tensor<2x3x1xf32>
  %y4 = graph.matmul %a4, %b4 : (tensor<2x1x2x3xf32>, tensor<2x3x1xf32>) -> tensor<2x2x2x1xf32>
  %y4_w = graph.constant dense<[[[[3.0], [-0.3125]], [[1.0], [2.1875]]], [[[-1.4375], [1.5625]], [[-2.875], [2.1875]]]]> : tensor<2x2x2x1xf32>
  check.expect_close %y4, %y4_w : tensor<2x2x2x1xf32>
  %a5 = graph.constant dense<> : tensor<2x0xf32>
  %b5 = graph.constant dense<> : tensor<0x3xf32>
  %y5 = graph.matmul %a5, %b5 : (tensor<2x0xf32>, tensor<0x3xf32>) -> tensor<2x3xf32>
  %y5_w = graph.constant dense<[[0.0, 0.0, 0.0], [0.0, 0.0, 0.0]]> : tensor<2x3xf32>
  check.expect_close %y5, %y5_w : tensor<2x3xf32>
  %a6 = graph.constant dense<> : tensor<0x2xf32>
  %b6 = graph.constant dense<[[-0.75, 0.25, 1.75], [1.0, 0.25, 1.5]]> : tensor<2x3xf32>
  %y6 = graph.matmul %a6, %b6 : (tensor<0x2xf32>, tensor<2x3xf32>) -> tensor<0x3xf32>
  %y6_w = graph.constant dense<> : tensor<0x3xf32>
  check.expect_close %y6, %y6_w : tensor<0x3xf32>
  return
}

func.func @integers_wrap() {
  %a = graph.constant dense<[[100, -100], [3, 4]]> : tensor<2x2xi8>
  %b = graph.constant dense<[[100, 2], [100, -3]]> : tensor<2x2xi8>
  %y = graph.matmul %a, %b : (tensor<2x2xi8>, tensor<2x2xi8>) -> tensor<2x2xi8>
  %y_w = graph.constant dense<[[0, -12], [-68, -6]]> : tensor<2x2xi8>
  check.expect_eq %y, %y_w : tensor<2x2xi8>
  %c = graph.constant dense<[[200, 100]]> : tensor<1x2xui8>
  %d = graph.constant dense<[[2], [1]]> : tensor<2x1xui8>
  %z = graph.matmul %c, %d : (tensor<1x2xui8>, tensor<2x1xui8>) -> tensor<1x1xui8>
  %z_w = graph.constant dense<[[244]]> : tensor<1x1xui8>
  check.expect_eq %z, %z_w : tensor<1x1xui8>
  return
}

// 2048 + 1 + 1 would stay 2048 in f16.
func.func @half_sums_wider() {
  %a = graph.constant dense<[[2048.0, 1.0, 1.0]]> : tensor<1x3xf16>
  %b = graph.constant dense<[[1.0], [1.0], [1.0]]> : tensor<3x1xf16>
  %y = graph.matmul %a, %b : (tensor<1x3xf16>, tensor<3x1xf16>) -> tensor<1x1xf16>
  %y_w = graph.constant dense<[[2050.0]]> : tensor<1x1xf16>
  check.expect_eq %y, %y_w : tensor<1x1xf16>
  return
}
