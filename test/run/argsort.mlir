// RUN: graph-opt %s --graph-interpret
// RUN: graph-opt %s --graph-interpret=target=cpu

// Equal elements stay in their order, NaN is greater than all.
func.func @floats() {
  %x = graph.constant dense<[3.0, 0x7FC00000, -1.0, 3.0, 0x7F800000, -0.0, 0.0]> : tensor<7xf32>
  %y = graph.argsort %x axis 0 : tensor<7xf32> -> tensor<7xi64>
  %y_w = graph.constant dense<[2, 5, 6, 0, 3, 4, 1]> : tensor<7xi64>
  check.expect_eq %y, %y_w : tensor<7xi64>
  %z = graph.argsort %x axis 0 descending : tensor<7xf32> -> tensor<7xi64>
  %z_w = graph.constant dense<[1, 4, 0, 3, 5, 6, 2]> : tensor<7xi64>
  check.expect_eq %z, %z_w : tensor<7xi64>
  return
}

func.func @along_the_first_axis() {
  %x = graph.constant dense<[[5, 1], [3, 1], [4, 0]]> : tensor<3x2xi16>
  %y = graph.argsort %x axis 0 : tensor<3x2xi16> -> tensor<3x2xi64>
  %y_w = graph.constant dense<[[1, 2], [2, 0], [0, 1]]> : tensor<3x2xi64>
  check.expect_eq %y, %y_w : tensor<3x2xi64>
  return
}

func.func @unsigned_and_truth() {
  %x = graph.constant dense<[200, 100, 255, 0]> : tensor<4xui8>
  %y = graph.argsort %x axis 0 : tensor<4xui8> -> tensor<4xi64>
  %y_w = graph.constant dense<[3, 1, 0, 2]> : tensor<4xi64>
  check.expect_eq %y, %y_w : tensor<4xi64>
  %t = graph.constant dense<[true, false, true, false]> : tensor<4xi1>
  %z = graph.argsort %t axis 0 descending : tensor<4xi1> -> tensor<4xi64>
  %z_w = graph.constant dense<[0, 2, 1, 3]> : tensor<4xi64>
  check.expect_eq %z, %z_w : tensor<4xi64>
  return
}

func.func @few() {
  %x = graph.constant dense<> : tensor<0x2xf16>
  %y = graph.argsort %x axis 0 : tensor<0x2xf16> -> tensor<0x2xi64>
  %y_w = graph.constant dense<> : tensor<0x2xi64>
  check.expect_eq %y, %y_w : tensor<0x2xi64>
  %a = graph.constant dense<[[7.0], [8.0]]> : tensor<2x1xf16>
  %b = graph.argsort %a axis 1 : tensor<2x1xf16> -> tensor<2x1xi64>
  %b_w = graph.constant dense<0> : tensor<2x1xi64>
  check.expect_eq %b, %b_w : tensor<2x1xi64>
  return
}
