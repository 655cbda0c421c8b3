func.func @broadcast() {
  %c = graph.constant dense<[[true], [false]]> : tensor<2x1xi1>
  %a = graph.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %b = graph.constant dense<0x7FC00000> : tensor<f32>
  %y = graph.select %c, %a, %b : (tensor<2x1xi1>, tensor<3xf32>, tensor<f32>) -> tensor<2x3xf32>
  %w = graph.constant dense<[[1.0, 2.0, 3.0], [0x7FC00000, 0x7FC00000, 0x7FC00000]]> : tensor<2x3xf32>
  check.expect_close %y, %w : tensor<2x3xf32>
  return
}

func.func @truth_values() {
  %c = graph.constant dense<[true, false]> : tensor<2xi1>
  %n = graph.not %c : tensor<2xi1>
  %y = graph.select %c, %n, %c : (tensor<2xi1>, tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  %w = graph.constant dense<[false, false]> : tensor<2xi1>
  check.expect_eq %y, %w : tensor<2xi1>
  return
}
