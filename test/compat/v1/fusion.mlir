func.func @chain() {
  %x = graph.constant dense<[0.0, 1.0, 2.0]> : tensor<3xf32>
  %y:2 = graph.fusion (%a = %x : tensor<3xf32>) {
    %e = graph.exp %a : tensor<3xf32>
    %s = graph.add %e, %a : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    graph.yield %s, %e : tensor<3xf32>, tensor<3xf32>
  }
  %s_w = graph.constant dense<[1.0, 3.7182817459106445, 9.389056205749512]> : tensor<3xf32>
  check.expect_close %y#0, %s_w : tensor<3xf32>
  %e_w = graph.constant dense<[1.0, 2.7182817459106445, 7.389056205749512]> : tensor<3xf32>
  check.expect_close %y#1, %e_w : tensor<3xf32>
  return
}
