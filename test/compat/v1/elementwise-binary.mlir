func.func @floats() {
  %a = graph.constant dense<[-7.5, 7.5, 0.0, 2.0, 0x7F800000, 1.0]> : tensor<6xf32>
  %b = graph.constant dense<[2.0, -2.0, 0.0, 0.5, 2.0, 0x7FC00000]> : tensor<6xf32>
  %add = graph.add %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  %add_w = graph.constant dense<[-5.5, 5.5, 0.0, 2.5, 0x7F800000, 0x7FC00000]> : tensor<6xf32>
  check.expect_close %add, %add_w : tensor<6xf32>
  %sub = graph.sub %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  %sub_w = graph.constant dense<[-9.5, 9.5, 0.0, 1.5, 0x7F800000, 0x7FC00000]> : tensor<6xf32>
  check.expect_close %sub, %sub_w : tensor<6xf32>
  %mul = graph.mul %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  %mul_w = graph.constant dense<[-15.0, -15.0, 0.0, 1.0, 0x7F800000, 0x7FC00000]> : tensor<6xf32>
  check.expect_close %mul, %mul_w : tensor<6xf32>
  %div = graph.div %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  %div_w = graph.constant dense<[-3.75, -3.75, 0x7FC00000, 4.0, 0x7F800000, 0x7FC00000]> : tensor<6xf32>
  check.expect_close %div, %div_w : tensor<6xf32>
  %rem = graph.rem %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  %rem_w = graph.constant dense<[-1.5, 1.5, 0x7FC00000, 0.0, 0x7FC00000, 0x7FC00000]> : tensor<6xf32>
  check.expect_close %rem, %rem_w : tensor<6xf32>
  %mod = graph.mod %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  %mod_w = graph.constant dense<[0.5, -0.5, 0x7FC00000, 0.0, 0x7FC00000, 0x7FC00000]> : tensor<6xf32>
  check.expect_close %mod, %mod_w : tensor<6xf32>
  %pow = graph.pow %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  %pow_w = graph.constant dense<[56.25, 0.0177777777, 1.0, 1.41421356, 0x7F800000, 1.0]> : tensor<6xf32>
  check.expect_close %pow, %pow_w : tensor<6xf32>
  %max = graph.max %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  %max_w = graph.constant dense<[2.0, 7.5, 0.0, 2.0, 0x7F800000, 0x7FC00000]> : tensor<6xf32>
  check.expect_close %max, %max_w : tensor<6xf32>
  %min = graph.min %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  %min_w = graph.constant dense<[-7.5, -2.0, 0.0, 0.5, 2.0, 0x7FC00000]> : tensor<6xf32>
  check.expect_close %min, %min_w : tensor<6xf32>
  %atan2 = graph.atan2 %a, %b : (tensor<6xf32>, tensor<6xf32>) -> tensor<6xf32>
  %atan2_w = graph.constant dense<[-1.31019394, 1.83139872, 0.0, 1.32581766, 1.57079633, 0x7FC00000]> : tensor<6xf32>
  check.expect_close %atan2, %atan2_w : tensor<6xf32>
  return
}

// Integers wrap, x / 0 is 0, the least value / -1 is itself: nothing traps.
func.func @integers() {
  %a = graph.constant dense<[7, -7, 127, -128, -128, 5]> : tensor<6xi8>
  %b = graph.constant dense<[2, 2, 1, -1, 3, 0]> : tensor<6xi8>
  %add = graph.add %a, %b : (tensor<6xi8>, tensor<6xi8>) -> tensor<6xi8>
  %add_w = graph.constant dense<[9, -5, -128, 127, -125, 5]> : tensor<6xi8>
  check.expect_eq %add, %add_w : tensor<6xi8>
  %sub = graph.sub %a, %b : (tensor<6xi8>, tensor<6xi8>) -> tensor<6xi8>
  %sub_w = graph.constant dense<[5, -9, 126, -127, 125, 5]> : tensor<6xi8>
  check.expect_eq %sub, %sub_w : tensor<6xi8>
  %mul = graph.mul %a, %b : (tensor<6xi8>, tensor<6xi8>) -> tensor<6xi8>
  %mul_w = graph.constant dense<[14, -14, 127, -128, -128, 0]> : tensor<6xi8>
  check.expect_eq %mul, %mul_w : tensor<6xi8>
  %div = graph.div %a, %b : (tensor<6xi8>, tensor<6xi8>) -> tensor<6xi8>
  %div_w = graph.constant dense<[3, -3, 127, -128, -42, 0]> : tensor<6xi8>
  check.expect_eq %div, %div_w : tensor<6xi8>
  %rem = graph.rem %a, %b : (tensor<6xi8>, tensor<6xi8>) -> tensor<6xi8>
  %rem_w = graph.constant dense<[1, -1, 0, 0, -2, 5]> : tensor<6xi8>
  check.expect_eq %rem, %rem_w : tensor<6xi8>
  %mod = graph.mod %a, %b : (tensor<6xi8>, tensor<6xi8>) -> tensor<6xi8>
  %mod_w = graph.constant dense<[1, 1, 0, 0, 1, 5]> : tensor<6xi8>
  check.expect_eq %mod, %mod_w : tensor<6xi8>
  %pow = graph.pow %a, %b : (tensor<6xi8>, tensor<6xi8>) -> tensor<6xi8>
  %pow_w = graph.constant dense<[49, 49, 127, 0, 0, 1]> : tensor<6xi8>
  check.expect_eq %pow, %pow_w : tensor<6xi8>
  %max = graph.max %a, %b : (tensor<6xi8>, tensor<6xi8>) -> tensor<6xi8>
  %max_w = graph.constant dense<[7, 2, 127, -1, 3, 5]> : tensor<6xi8>
  check.expect_eq %max, %max_w : tensor<6xi8>
  %min = graph.min %a, %b : (tensor<6xi8>, tensor<6xi8>) -> tensor<6xi8>
  %min_w = graph.constant dense<[2, -7, 1, -128, -128, 0]> : tensor<6xi8>
  check.expect_eq %min, %min_w : tensor<6xi8>
  return
}

func.func @unsigned() {
  %a = graph.constant dense<[200, 5, 255]> : tensor<3xui8>
  %b = graph.constant dense<[100, 0, 2]> : tensor<3xui8>
  %add = graph.add %a, %b : (tensor<3xui8>, tensor<3xui8>) -> tensor<3xui8>
  %add_w = graph.constant dense<[44, 5, 1]> : tensor<3xui8>
  check.expect_eq %add, %add_w : tensor<3xui8>
  %div = graph.div %a, %b : (tensor<3xui8>, tensor<3xui8>) -> tensor<3xui8>
  %div_w = graph.constant dense<[2, 0, 127]> : tensor<3xui8>
  check.expect_eq %div, %div_w : tensor<3xui8>
  %max = graph.max %a, %b : (tensor<3xui8>, tensor<3xui8>) -> tensor<3xui8>
  check.expect_eq %max, %a : tensor<3xui8>
  return
}

func.func @bits() {
  %a = graph.constant dense<[12, -1, 0]> : tensor<3xi16>
  %b = graph.constant dense<[10, 255, 7]> : tensor<3xi16>
  %and = graph.and %a, %b : (tensor<3xi16>, tensor<3xi16>) -> tensor<3xi16>
  %and_w = graph.constant dense<[8, 255, 0]> : tensor<3xi16>
  check.expect_eq %and, %and_w : tensor<3xi16>
  %or = graph.or %a, %b : (tensor<3xi16>, tensor<3xi16>) -> tensor<3xi16>
  %or_w = graph.constant dense<[14, -1, 7]> : tensor<3xi16>
  check.expect_eq %or, %or_w : tensor<3xi16>
  %xor = graph.xor %a, %b : (tensor<3xi16>, tensor<3xi16>) -> tensor<3xi16>
  %xor_w = graph.constant dense<[6, -256, 7]> : tensor<3xi16>
  check.expect_eq %xor, %xor_w : tensor<3xi16>
  return
}

// By the width or more, or by a negative amount, all bits go.
func.func @shifts() {
  %a = graph.constant dense<[1, -8, -8, 64, -1, 3]> : tensor<6xi8>
  %b = graph.constant dense<[3, 1, 8, 1, -1, 100]> : tensor<6xi8>
  %shl = graph.shl %a, %b : (tensor<6xi8>, tensor<6xi8>) -> tensor<6xi8>
  %shl_w = graph.constant dense<[8, -16, 0, -128, 0, 0]> : tensor<6xi8>
  check.expect_eq %shl, %shl_w : tensor<6xi8>
  %shr = graph.shr %a, %b : (tensor<6xi8>, tensor<6xi8>) -> tensor<6xi8>
  %shr_w = graph.constant dense<[0, -4, -1, 32, -1, 0]> : tensor<6xi8>
  check.expect_eq %shr, %shr_w : tensor<6xi8>
  %u = graph.constant dense<[128, 255, 255]> : tensor<3xui8>
  %n = graph.constant dense<[7, 8, 0]> : tensor<3xui8>
  %ushr = graph.shr %u, %n : (tensor<3xui8>, tensor<3xui8>) -> tensor<3xui8>
  %ushr_w = graph.constant dense<[1, 0, 255]> : tensor<3xui8>
  check.expect_eq %ushr, %ushr_w : tensor<3xui8>
  return
}

func.func @truth_values() {
  %a = graph.constant dense<[true, true, false, false]> : tensor<4xi1>
  %b = graph.constant dense<[true, false, true, false]> : tensor<4xi1>
  %and = graph.and %a, %b : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  %and_w = graph.constant dense<[true, false, false, false]> : tensor<4xi1>
  check.expect_eq %and, %and_w : tensor<4xi1>
  %max = graph.max %a, %b : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  %or = graph.or %a, %b : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  check.expect_eq %max, %or : tensor<4xi1>
  %shl = graph.shl %a, %b : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  %shl_w = graph.constant dense<[false, true, false, false]> : tensor<4xi1>
  check.expect_eq %shl, %shl_w : tensor<4xi1>
  return
}

func.func @broadcast_and_empty() {
  %a = graph.constant dense<[[1.0], [2.0]]> : tensor<2x1xf64>
  %b = graph.constant dense<[10.0, 20.0, 30.0]> : tensor<3xf64>
  %y = graph.add %a, %b : (tensor<2x1xf64>, tensor<3xf64>) -> tensor<2x3xf64>
  %w = graph.constant dense<[[11.0, 21.0, 31.0], [12.0, 22.0, 32.0]]> : tensor<2x3xf64>
  check.expect_eq %y, %w : tensor<2x3xf64>
  %e = graph.constant dense<> : tensor<0x1xf64>
  %ye = graph.mul %e, %b : (tensor<0x1xf64>, tensor<3xf64>) -> tensor<0x3xf64>
  %we = graph.constant dense<> : tensor<0x3xf64>
  check.expect_eq %ye, %we : tensor<0x3xf64>
  return
}
