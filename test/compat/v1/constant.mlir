// Splats, lists and bits of every kind of element.
func.func @elements() {
  %f = graph.constant dense<1.5> : tensor<2x2xf16>
  %g = graph.constant dense<[[1.5, 1.5], [1.5, 1.5]]> : tensor<2x2xf16>
  check.expect_eq %f, %g : tensor<2x2xf16>
  %b = graph.constant dense<true> : tensor<3xi1>
  %c = graph.constant dense<[true, true, true]> : tensor<3xi1>
  check.expect_eq %b, %c : tensor<3xi1>
  %u = graph.constant dense<[18446744073709551615]> : tensor<1xui64>
  %one = graph.constant dense<1> : tensor<1xui64>
  %zero = graph.constant dense<0> : tensor<1xui64>
  %sum = graph.add %u, %one : (tensor<1xui64>, tensor<1xui64>) -> tensor<1xui64>
  check.expect_eq %sum, %zero : tensor<1xui64>
  return
}
