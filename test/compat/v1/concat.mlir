func.func @axes() {
  %a = graph.constant dense<[[6, 2], [0, -5]]> : tensor<2x2xi16>
  %b = graph.constant dense<[[-1], [0]]> : tensor<2x1xi16>
  %c = graph.constant dense<> : tensor<2x0xi16>
  %y = graph.concat %a, %b, %c axis 1 : (tensor<2x2xi16>, tensor<2x1xi16>, tensor<2x0xi16>) -> tensor<2x3xi16>
  %y_w = graph.constant dense<[[6, 2, -1], [0, -5, 0]]> : tensor<2x3xi16>
  check.expect_eq %y, %y_w : tensor<2x3xi16>
  %z = graph.concat %a, %a axis 0 : (tensor<2x2xi16>, tensor<2x2xi16>) -> tensor<4x2xi16>
  %z_w = graph.constant dense<[[6, 2], [0, -5], [6, 2], [0, -5]]> : tensor<4x2xi16>
  check.expect_eq %z, %z_w : tensor<4x2xi16>
  %e = graph.concat %c, %c axis 0 : (tensor<2x0xi16>, tensor<2x0xi16>) -> tensor<4x0xi16>
  %e_w = graph.constant dense<> : tensor<4x0xi16>
  check.expect_eq %e, %e_w : tensor<4x0xi16>
  return
}
