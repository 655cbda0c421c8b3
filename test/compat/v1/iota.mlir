func.func @axes() {
  %y0 = graph.iota i64 [2, 3] axis 0 : tensor<2x3xi64>
  %y0_w = graph.constant dense<[[0, 0, 0], [1, 1, 1]]> : tensor<2x3xi64>
  check.expect_eq %y0, %y0_w : tensor<2x3xi64>
  %y1 = graph.iota i64 [2, 3] axis 1 : tensor<2x3xi64>
  %y1_w = graph.constant dense<[[0, 1, 2], [0, 1, 2]]> : tensor<2x3xi64>
  check.expect_eq %y1, %y1_w : tensor<2x3xi64>
  %f = graph.iota f16 [3] axis 0 : tensor<3xf16>
  %f_w = graph.constant dense<[0.0, 1.0, 2.0]> : tensor<3xf16>
  check.expect_eq %f, %f_w : tensor<3xf16>
  %e = graph.iota ui8 [0, 4] axis 0 : tensor<0x4xui8>
  %e_w = graph.constant dense<> : tensor<0x4xui8>
  check.expect_eq %e, %e_w : tensor<0x4xui8>
  %w8 = graph.iota i8 [200] axis 0 : tensor<200xi8>
  %s = graph.slice %w8 starts [127] sizes [2] steps [1] : tensor<200xi8> -> tensor<2xi8>
  %s_w = graph.constant dense<[127, -128]> : tensor<2xi8>
  check.expect_eq %s, %s_w : tensor<2xi8>
  return
}
