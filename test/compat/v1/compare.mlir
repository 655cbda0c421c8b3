// A comparison with NaN is false, and ne true; -0 equals 0.
func.func @floats() {
  %a = graph.constant dense<[1.0, 2.0, 3.0, -0.0, 0x7FC00000, 1.0]> : tensor<6xf32>
  %b = graph.constant dense<[2.0, 2.0, 2.0, 0.0, 0x7FC00000, 0x7FC00000]> : tensor<6xf32>
  %eq = graph.eq %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xi1>
  %eq_w = graph.constant dense<[false, true, false, true, false, false]> : tensor<6xi1>
  check.expect_eq %eq, %eq_w : tensor<6xi1>
  %ne = graph.ne %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xi1>
  %ne_w = graph.constant dense<[true, false, true, false, true, true]> : tensor<6xi1>
  check.expect_eq %ne, %ne_w : tensor<6xi1>
  %lt = graph.lt %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xi1>
  %lt_w = graph.constant dense<[true, false, false, false, false, false]> : tensor<6xi1>
  check.expect_eq %lt, %lt_w : tensor<6xi1>
  %le = graph.le %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xi1>
  %le_w = graph.constant dense<[true, true, false, true, false, false]> : tensor<6xi1>
  check.expect_eq %le, %le_w : tensor<6xi1>
  %gt = graph.gt %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xi1>
  %gt_w = graph.constant dense<[false, false, true, false, false, false]> : tensor<6xi1>
  check.expect_eq %gt, %gt_w : tensor<6xi1>
  %ge = graph.ge %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xi1>
  %ge_w = graph.constant dense<[false, true, true, true, false, false]> : tensor<6xi1>
  check.expect_eq %ge, %ge_w : tensor<6xi1>
  return
}

// Signs decide: 255 is above 1, and -1 below.
func.func @signs() {
  %a = graph.constant dense<[255, 1]> : tensor<2xui8>
  %b = graph.constant dense<1> : tensor<ui8>
  %u = graph.gt %a, %b : (tensor<2xui8>, tensor<ui8>) -> tensor<2xi1>
  %u_w = graph.constant dense<[true, false]> : tensor<2xi1>
  check.expect_eq %u, %u_w : tensor<2xi1>
  %c = graph.constant dense<[-1, 1]> : tensor<2xi8>
  %d = graph.constant dense<1> : tensor<i8>
  %s = graph.lt %c, %d : (tensor<2xi8>, tensor<i8>) -> tensor<2xi1>
  check.expect_eq %s, %u_w : tensor<2xi1>
  %t = graph.gt %u_w, %s : (tensor<2xi1>, tensor<2xi1>) -> tensor<2xi1>
  %t_w = graph.constant dense<false> : tensor<2xi1>
  check.expect_eq %t, %t_w : tensor<2xi1>
  return
}
