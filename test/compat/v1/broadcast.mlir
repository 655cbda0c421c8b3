func.func @broadcast() {
  %x = graph.constant dense<[[1], [2]]> : tensor<2x1xi64>
  %y = graph.broadcast %x [2, -1, 3] : tensor<2x1xi64> -> tensor<2x2x3xi64>
  %w = graph.constant dense<[[[1, 1, 1], [2, 2, 2]], [[1, 1, 1], [2, 2, 2]]]> : tensor<2x2x3xi64>
  check.expect_eq %y, %w : tensor<2x2x3xi64>
  %s = graph.constant dense<true> : tensor<i1>
  %z = graph.broadcast %s [0] : tensor<i1> -> tensor<0xi1>
  %e = graph.constant dense<> : tensor<0xi1>
  check.expect_eq %z, %e : tensor<0xi1>
  return
}
