func.func @rows() {
  %k = graph.constant dense<[[0.25, 0.75, 0.25], [-1.25, 1.0, 0.5], [-0.5, 0.5, 0.25], [0.25, 0.0, 0.5], [-0.75, -0.25, -0.5]]> : tensor<5x3xf32>
  %i = graph.constant dense<[[0, 4], [-1, 9]]> : tensor<2x2xi64>
  %y = graph.embedding %k, %i {padding_idx = 0} : (tensor<5x3xf32>, tensor<2x2xi64>) -> tensor<2x2x3xf32>
  %y_w = graph.constant dense<[[[0.25, 0.75, 0.25], [-0.75, -0.25, -0.5]], [[-0.75, -0.25, -0.5], [-0.75, -0.25, -0.5]]]> : tensor<2x2x3xf32>
  check.expect_eq %y, %y_w : tensor<2x2x3xf32>
  %e = graph.constant dense<> : tensor<0xui8>
  %z = graph.embedding %k, %e : (tensor<5x3xf32>, tensor<0xui8>) -> tensor<0x3xf32>
  %z_w = graph.constant dense<> : tensor<0x3xf32>
  check.expect_eq %z, %z_w : tensor<0x3xf32>
  return
}
