func.func @floats() {
  %x = graph.constant dense<[-3.0, -1.0, 0.0, 2.0, 5.0, 0x7FC00000]> : tensor<6xf32>
  %l = graph.constant dense<-1.0> : tensor<f32>
  %u = graph.constant dense<2.0> : tensor<f32>
  %y = graph.clamp %x lower %l upper %u : (tensor<6xf32>, tensor<f32>, tensor<f32>) -> tensor<6xf32>
  %y_w = graph.constant dense<[-1.0, -1.0, 0.0, 2.0, 2.0, 0x7FC00000]> : tensor<6xf32>
  check.expect_close %y, %y_w : tensor<6xf32>
  %a = graph.clamp %x lower %l : (tensor<6xf32>, tensor<f32>) -> tensor<6xf32>
  %a_w = graph.constant dense<[-1.0, -1.0, 0.0, 2.0, 5.0, 0x7FC00000]> : tensor<6xf32>
  check.expect_close %a, %a_w : tensor<6xf32>
  %b = graph.clamp %x upper %u : (tensor<6xf32>, tensor<f32>) -> tensor<6xf32>
  %b_w = graph.constant dense<[-3.0, -1.0, 0.0, 2.0, 2.0, 0x7FC00000]> : tensor<6xf32>
  check.expect_close %b, %b_w : tensor<6xf32>
  %c = graph.clamp %x lower %u upper %l : (tensor<6xf32>, tensor<f32>, tensor<f32>) -> tensor<6xf32>
  %c_w = graph.constant dense<[-1.0, -1.0, -1.0, -1.0, -1.0, 0x7FC00000]> : tensor<6xf32>
  check.expect_close %c, %c_w : tensor<6xf32>
  return
}

func.func @integers() {
  %x = graph.constant dense<[200, 3]> : tensor<2xui8>
  %u = graph.constant dense<[[100], [255]]> : tensor<2x1xui8>
  %y = graph.clamp %x upper %u : (tensor<2xui8>, tensor<2x1xui8>) -> tensor<2x2xui8>
  %y_w = graph.constant dense<[[100, 3], [200, 3]]> : tensor<2x2xui8>
  check.expect_eq %y, %y_w : tensor<2x2xui8>
  return
}
