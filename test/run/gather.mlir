// RUN: graph-opt %s --graph-interpret
// RUN: graph-opt %s --graph-interpret=target=cpu

// Negative numbers count from the end; the rest is moved into range.
func.func @rows() {
  %x = graph.constant dense<[[0.0, 1.5], [3.0, 4.5], [6.0, 7.5], [9.0, 10.5]]> : tensor<4x2xf32>
  %i = graph.constant dense<[[0, 3], [-1, -4]]> : tensor<2x2xi64>
  %y = graph.gather %x, %i axis 0 : (tensor<4x2xf32>, tensor<2x2xi64>) -> tensor<2x2x2xf32>
  %y_w = graph.constant dense<[[[0.0, 1.5], [9.0, 10.5]], [[9.0, 10.5], [0.0, 1.5]]]> : tensor<2x2x2xf32>
  check.expect_eq %y, %y_w : tensor<2x2x2xf32>
  %o = graph.constant dense<[100, -100, 4]> : tensor<3xi8>
  %z = graph.gather %x, %o axis 0 : (tensor<4x2xf32>, tensor<3xi8>) -> tensor<3x2xf32>
  %z_w = graph.constant dense<[[9.0, 10.5], [0.0, 1.5], [9.0, 10.5]]> : tensor<3x2xf32>
  check.expect_eq %z, %z_w : tensor<3x2xf32>
  %u = graph.constant dense<[18446744073709551615, 1]> : tensor<2xui64>
  %v = graph.gather %x, %u axis 1 : (tensor<4x2xf32>, tensor<2xui64>) -> tensor<4x2xf32>
  %v_w = graph.constant dense<[[1.5, 1.5], [4.5, 4.5], [7.5, 7.5], [10.5, 10.5]]> : tensor<4x2xf32>
  check.expect_eq %v, %v_w : tensor<4x2xf32>
  %n = graph.constant dense<1> : tensor<i32>
  %c = graph.gather %x, %n axis 1 : (tensor<4x2xf32>, tensor<i32>) -> tensor<4xf32>
  %c_w = graph.constant dense<[1.5, 4.5, 7.5, 10.5]> : tensor<4xf32>
  check.expect_eq %c, %c_w : tensor<4xf32>
  return
}

// No elements along the axis: zeros.
func.func @nothing_to_read() {
  %x = graph.constant dense<> : tensor<0x2xi16>
  %i = graph.constant dense<[5, 0]> : tensor<2xi64>
  %y = graph.gather %x, %i axis 0 : (tensor<0x2xi16>, tensor<2xi64>) -> tensor<2x2xi16>
  %y_w = graph.constant dense<[[0, 0], [0, 0]]> : tensor<2x2xi16>
  check.expect_eq %y, %y_w : tensor<2x2xi16>
  %e = graph.constant dense<> : tensor<0xi64>
  %z = graph.constant dense<[[1, 2]]> : tensor<1x2xi16>
  %n = graph.gather %z, %e axis 1 : (tensor<1x2xi16>, tensor<0xi64>) -> tensor<1x0xi16>
  %n_w = graph.constant dense<> : tensor<1x0xi16>
  check.expect_eq %n, %n_w : tensor<1x0xi16>
  return
}
