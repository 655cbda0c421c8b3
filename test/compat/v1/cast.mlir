// Toward zero; out of range the nearest bound, NaN 0.
func.func @float_to_integer() {
  %x = graph.constant dense<[-1.9, 1.9, 300.0, -300.0, 0x7F800000, 0x7FC00000]> : tensor<6xf32>
  %i = graph.cast %x to i8 : (tensor<6xf32>) -> tensor<6xi8>
  %i_w = graph.constant dense<[-1, 1, 127, -128, 127, 0]> : tensor<6xi8>
  check.expect_eq %i, %i_w : tensor<6xi8>
  %u = graph.cast %x to ui8 : (tensor<6xf32>) -> tensor<6xui8>
  %u_w = graph.constant dense<[0, 1, 255, 0, 255, 0]> : tensor<6xui8>
  check.expect_eq %u, %u_w : tensor<6xui8>
  %b = graph.cast %x to i1 : (tensor<6xf32>) -> tensor<6xi1>
  %b_w = graph.constant dense<true> : tensor<6xi1>
  check.expect_eq %b, %b_w : tensor<6xi1>
  return
}

// Integers wrap, signs and all; truth values are 0 and 1.
func.func @integer_to_integer() {
  %x = graph.constant dense<[-1, 300, 128]> : tensor<3xi32>
  %i = graph.cast %x to i8 : (tensor<3xi32>) -> tensor<3xi8>
  %i_w = graph.constant dense<[-1, 44, -128]> : tensor<3xi8>
  check.expect_eq %i, %i_w : tensor<3xi8>
  %u = graph.cast %x to ui64 : (tensor<3xi32>) -> tensor<3xui64>
  %u_w = graph.constant dense<[18446744073709551615, 300, 128]> : tensor<3xui64>
  check.expect_eq %u, %u_w : tensor<3xui64>
  %t = graph.constant dense<[true, false]> : tensor<2xi1>
  %n = graph.cast %t to i16 : (tensor<2xi1>) -> tensor<2xi16>
  %n_w = graph.constant dense<[1, 0]> : tensor<2xi16>
  check.expect_eq %n, %n_w : tensor<2xi16>
  return
}

// To the nearest, ties to even.
func.func @rounding() {
  %x = graph.constant dense<[2049.0, 2051.0, 70000.0, 1.0e-8]> : tensor<4xf32>
  %y = graph.cast %x to f16 : (tensor<4xf32>) -> tensor<4xf16>
  %w = graph.constant dense<[2048.0, 2052.0, 0x7C00, 0.0]> : tensor<4xf16>
  check.expect_eq %y, %w : tensor<4xf16>
  %b = graph.cast %x to bf16 : (tensor<4xf32>) -> tensor<4xbf16>
  %b_w = graph.constant dense<[2048.0, 2048.0, 70144.0, 1.00117e-8]> : tensor<4xbf16>
  check.expect_eq %b, %b_w : tensor<4xbf16>
  %u = graph.constant dense<[18446744073709551615]> : tensor<1xui64>
  %f = graph.cast %u to f64 : (tensor<1xui64>) -> tensor<1xf64>
  %f_w = graph.constant dense<1.8446744073709552e19> : tensor<1xf64>
  check.expect_eq %f, %f_w : tensor<1xf64>
  return
}
