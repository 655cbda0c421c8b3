func.func @unary() {
  %x = arith.constant dense<[0.5, -2.5, 2.5]> : tensor<3xf32>
  %exp = math.exp %x : tensor<3xf32>
  %exp_expected = arith.constant dense<[1.64872127, 0.0820849986, 12.1824940]> : tensor<3xf32>
  check.expect_close %exp, %exp_expected : tensor<3xf32>
  %even = math.roundeven %x : tensor<3xf32>
  %even_expected = arith.constant dense<[0.0, -2.0, 2.0]> : tensor<3xf32>
  check.expect_eq %even, %even_expected : tensor<3xf32>
  %away = math.round %x : tensor<3xf32>
  %away_expected = arith.constant dense<[1.0, -3.0, 3.0]> : tensor<3xf32>
  check.expect_eq %away, %away_expected : tensor<3xf32>
  %erf = math.erf %x : tensor<3xf32>
  %erf_expected = arith.constant dense<[0.520499878, -0.999593048, 0.999593048]> : tensor<3xf32>
  check.expect_close %erf, %erf_expected : tensor<3xf32>
  %rsqrt = math.rsqrt %x : tensor<3xf32>
  %rsqrt_expected = arith.constant dense<[1.41421356, 0x7FC00000, 0.632455532]> : tensor<3xf32>
  check.expect_close %rsqrt, %rsqrt_expected : tensor<3xf32>
  return
}

func.func @others() {
  %a = arith.constant 3.0 : f32
  %b = arith.constant -2.0 : f32
  %fma = math.fma %a, %b, %a : f32
  %fma_expected = arith.constant -3.0 : f32
  check.expect_eq %fma, %fma_expected : f32
  %pow = math.powf %a, %b : f32
  %pow_expected = arith.constant 0.111111112 : f32
  check.expect_close %pow, %pow_expected : f32
  %sin, %cos = math.sincos %a : f32
  %sin_expected = arith.constant 0.14112001 : f32
  %cos_expected = arith.constant -0.989992497 : f32
  check.expect_close %sin, %sin_expected : f32
  check.expect_close %cos, %cos_expected : f32
  %i = arith.constant 40 : i16
  %zeros = math.ctlz %i : i16
  %zeros_expected = arith.constant 10 : i16
  check.expect_eq %zeros, %zeros_expected : i16
  %trailing = math.cttz %i : i16
  %trailing_expected = arith.constant 3 : i16
  check.expect_eq %trailing, %trailing_expected : i16
  %nan = math.isnan %a : f32
  %false = arith.constant false
  check.expect_eq %nan, %false : i1
  return
}
