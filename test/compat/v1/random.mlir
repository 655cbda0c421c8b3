// The words of Philox4x32-10 as its authors' known answers have them: key 0, counter 0 begins with 6627e8d5 e169c58d.
func.func @uniform() {
  %zero = graph.constant dense<0> : tensor<i64>
  %k = graph.random %zero f32 [1] : tensor<i64> -> tensor<1xf32>
  %k_w = graph.constant dense<[0.3990464210510254]> : tensor<1xf32>
  check.expect_eq %k, %k_w : tensor<1xf32>
  %d = graph.random %zero f64 [1] : tensor<i64> -> tensor<1xf64>
  %d_w = graph.constant dense<[0.39904647231489565]> : tensor<1xf64>
  check.expect_eq %d, %d_w : tensor<1xf64>
  %key = graph.constant dense<1311768467463790320> : tensor<i64>
  %u = graph.random %key f32 [2, 3] {stream = 7} : tensor<i64> -> tensor<2x3xf32>
  %u_w = graph.constant dense<[[0.885480523109436, 0.12445700168609619, 0.8919382691383362], [0.5482264161109924, 0.34648585319519043, 0.30292433500289917]]> : tensor<2x3xf32>
  check.expect_eq %u, %u_w : tensor<2x3xf32>
  %h = graph.random %key f16 [1] {stream = 7} : tensor<i64> -> tensor<1xf16>
  %h_w = graph.constant dense<[0.88525390625]> : tensor<1xf16>
  check.expect_eq %h, %h_w : tensor<1xf16>
  %e = graph.random %key f32 [0] : tensor<i64> -> tensor<0xf32>
  %e_w = graph.constant dense<> : tensor<0xf32>
  check.expect_eq %e, %e_w : tensor<0xf32>
  return
}

func.func @normal() {
  %key = graph.constant dense<1311768467463790320> : tensor<i64>
  %n = graph.random %key f32 [4] {distribution = "normal", stream = 7} : tensor<i64> -> tensor<4xf32>
  %n_w = graph.constant dense<[0.23827049136161804, 0.6619070768356323, -0.3657076358795166, -1.0650533437728882]> : tensor<4xf32>
  check.expect_close %n, %n_w : tensor<4xf32>
  %d = graph.random %key f64 [4] {distribution = "normal", stream = 7} : tensor<i64> -> tensor<4xf64>
  %d_w = graph.constant dense<[-0.38813464774970735, -0.001412531916496309, 0.20808793607081266, 0.5711856383484483]> : tensor<4xf64>
  check.expect_close %d, %d_w : tensor<4xf64>
  return
}
