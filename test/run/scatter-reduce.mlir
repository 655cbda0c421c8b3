// RUN: graph-opt %s --graph-interpret
// RUN: graph-opt %s --graph-interpret=target=cpu

// Two updates of one row add up.
func.func @scatter_add() {
  %x = graph.constant dense<[[1.0, 1.0], [1.0, 1.0], [1.0, 1.0]]> : tensor<3x2xf32>
  %i = graph.constant dense<[2, 0, -1]> : tensor<3xi64>
  %u = graph.constant dense<[[1.0, 2.0], [3.0, 4.0], [5.0, 6.0]]> : tensor<3x2xf32>
  %y = graph.scatter_add %x, %i, %u axis 0 : (tensor<3x2xf32>, tensor<3xi64>, tensor<3x2xf32>) -> tensor<3x2xf32>
  %y_w = graph.constant dense<[[4.0, 5.0], [1.0, 1.0], [7.0, 9.0]]> : tensor<3x2xf32>
  check.expect_eq %y, %y_w : tensor<3x2xf32>
  %a = graph.constant dense<[[0, 0, 0], [0, 0, 0]]> : tensor<2x3xi8>
  %j = graph.constant dense<[[1], [1]]> : tensor<2x1xi32>
  %v = graph.constant dense<[[[100], [100]], [[1], [2]]]> : tensor<2x2x1xi8>
  %b = graph.scatter_add %a, %j, %v axis 1 : (tensor<2x3xi8>, tensor<2x1xi32>, tensor<2x2x1xi8>) -> tensor<2x3xi8>
  %b_w = graph.constant dense<[[0, -56, 0], [0, 3, 0]]> : tensor<2x3xi8>
  check.expect_eq %b, %b_w : tensor<2x3xi8>
  return
}

// Integers wrap.
func.func @scatter_prod() {
  %x = graph.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  %i = graph.constant dense<[1, 1, 0]> : tensor<3xi64>
  %u = graph.constant dense<[[2.0, 0.5, 3.0], [-1.0, 2.0, 0.0]]> : tensor<2x3xf32>
  %y = graph.scatter_prod %x, %i, %u axis 1 : (tensor<2x2xf32>, tensor<3xi64>, tensor<2x3xf32>) -> tensor<2x2xf32>
  %y_w = graph.constant dense<[[3.0, 2.0], [0.0, -8.0]]> : tensor<2x2xf32>
  check.expect_eq %y, %y_w : tensor<2x2xf32>
  %a = graph.constant dense<[100, 7]> : tensor<2xi8>
  %j = graph.constant dense<0> : tensor<i64>
  %v = graph.constant dense<3> : tensor<i8>
  %b = graph.scatter_prod %a, %j, %v axis 0 : (tensor<2xi8>, tensor<i64>, tensor<i8>) -> tensor<2xi8>
  %b_w = graph.constant dense<[44, 7]> : tensor<2xi8>
  check.expect_eq %b, %b_w : tensor<2xi8>
  return
}

// Signs count, and NaN stays.
func.func @extremes() {
  %x = graph.constant dense<[1.0, 0x7FC00000, -4.0]> : tensor<3xf32>
  %i = graph.constant dense<[0, 0, 1, 2]> : tensor<4xi64>
  %u = graph.constant dense<[3.0, -2.0, 9.0, 0x7FC00000]> : tensor<4xf32>
  %y = graph.scatter_max %x, %i, %u axis 0 : (tensor<3xf32>, tensor<4xi64>, tensor<4xf32>) -> tensor<3xf32>
  %y_w = graph.constant dense<[3.0, 0x7FC00000, 0x7FC00000]> : tensor<3xf32>
  check.expect_eq %y, %y_w : tensor<3xf32>
  %z = graph.scatter_min %x, %i, %u axis 0 : (tensor<3xf32>, tensor<4xi64>, tensor<4xf32>) -> tensor<3xf32>
  %z_w = graph.constant dense<[-2.0, 0x7FC00000, 0x7FC00000]> : tensor<3xf32>
  check.expect_eq %z, %z_w : tensor<3xf32>
  %a = graph.constant dense<[1, 200]> : tensor<2xui8>
  %v = graph.constant dense<[255, 0, 100, 100]> : tensor<4xui8>
  %j = graph.constant dense<[0, 0, 1, 1]> : tensor<4xi64>
  %b = graph.scatter_max %a, %j, %v axis 0 : (tensor<2xui8>, tensor<4xi64>, tensor<4xui8>) -> tensor<2xui8>
  %b_w = graph.constant dense<[255, 200]> : tensor<2xui8>
  check.expect_eq %b, %b_w : tensor<2xui8>
  %c = graph.scatter_min %a, %j, %v axis 0 : (tensor<2xui8>, tensor<4xi64>, tensor<4xui8>) -> tensor<2xui8>
  %c_w = graph.constant dense<[0, 100]> : tensor<2xui8>
  check.expect_eq %c, %c_w : tensor<2xui8>
  return
}
