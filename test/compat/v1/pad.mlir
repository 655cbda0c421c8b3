func.func @frame() {
  %a = graph.constant dense<[[0.25, -0.25], [0.75, 0.0]]> : tensor<2x2xf32>
  %v = graph.constant dense<0x7FC00000> : tensor<f32>
  %y = graph.pad %a, %v low [1, 0] high [0, 2] : (tensor<2x2xf32>, tensor<f32>) -> tensor<3x4xf32>
  %y_w = graph.constant dense<[[0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000], [0.25, -0.25, 0x7FC00000, 0x7FC00000], [0.75, 0.0, 0x7FC00000, 0x7FC00000]]> : tensor<3x4xf32>
  check.expect_close %y, %y_w : tensor<3x4xf32>
  %e = graph.constant dense<> : tensor<0xi1>
  %t = graph.constant dense<true> : tensor<i1>
  %z = graph.pad %e, %t low [1] high [1] : (tensor<0xi1>, tensor<i1>) -> tensor<2xi1>
  %z_w = graph.constant dense<[true, true]> : tensor<2xi1>
  check.expect_eq %z, %z_w : tensor<2xi1>
  return
}
