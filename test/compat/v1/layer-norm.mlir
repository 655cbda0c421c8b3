func.func @floats() {
  %x0 = graph.constant dense<[[0.25, -0.25, 0.75, 0.0], [-0.5, 0.25, 1.25, 1.0]]> : tensor<2x4xf32>
  %g0 = graph.constant dense<[-0.75, -1.25, -0.25, 0.5]> : tensor<4xf32>
  %b0 = graph.constant dense<[1.0, 1.75, -2.5, -0.25]> : tensor<4xf32>
  %y0 = graph.layer_norm %x0 weight %g0 bias %b0 last 1 epsilon 1.000000e-05 : (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %y0_w = graph.constant dense<[[0.8732314705848694, 3.2289657592773438, -2.880305528640747, -0.5035369992256165], [2.095433473587036, 2.206430673599243, -2.7738583087921143, 0.11514447629451752]]> : tensor<2x4xf32>
  check.expect_close %y0, %y0_w : tensor<2x4xf32>
  %x1 = graph.constant dense<[[[0.25, 0.75, 0.25], [-1.25, 1.0, 0.5]], [[-0.5, 0.5, 0.25], [0.25, 0.0, 0.5]]]> : tensor<2x2x3xf32>
  %g1 = graph.constant dense<[[1.0, 1.75, -2.5], [-0.25, 1.0, 1.25]]> : tensor<2x3xf32>
  %y1 = graph.layer_norm %x1 weight %g1 last 2 epsilon 1.000000e-03 : (tensor<2x2x3xf32>, tensor<2x3xf32>) -> tensor<2x2x3xf32>
  %y1_w = graph.constant dense<[[[-7.684477450371085e-17, 1.2112733125686646, 1.9211192964183223e-16], [0.5191171169281006, 1.0382342338562012, 0.4325976073741913]], [[-1.9321191310882568, 1.6906042098999023, -0.6037872433662415], [-0.060378722846508026, -0.4830297827720642, 1.207574486732483]]]> : tensor<2x2x3xf32>
  check.expect_close %y1, %y1_w : tensor<2x2x3xf32>
  %x2 = graph.constant dense<[[0.25, -0.5, -0.5], [-2.5, 1.75, 1.25]]> : tensor<2x3xf32>
  %b2 = graph.constant dense<[-1.75, -1.25, -1.25]> : tensor<3xf32>
  %y2 = graph.layer_norm %x2 bias %b2 last 1 epsilon 5.000000e-01 : (tensor<2x3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %y2_w = graph.constant dense<[[-1.117544412612915, -1.5662277936935425, -1.5662277936935425], [-3.0674190521240234, -0.4677823781967163, -0.7147984504699707]]> : tensor<2x3xf32>
  check.expect_close %y2, %y2_w : tensor<2x3xf32>
  %x3 = graph.constant dense<[[2.0, -2.5], [0.5, -0.5], [-0.5, -0.25]]> : tensor<3x2xf32>
  %y3 = graph.layer_norm %x3 last 1 epsilon 1.000000e-05 : (tensor<3x2xf32>) -> tensor<3x2xf32>
  %y3_w = graph.constant dense<[[0.9999989867210388, -0.9999989867210388], [0.9999799728393555, -0.9999799728393555], [-0.9996801614761353, 0.9996801614761353]]> : tensor<3x2xf32>
  check.expect_close %y3, %y3_w : tensor<3x2xf32>
  %x4 = graph.constant dense<> : tensor<2x0xf32>
  %y4 = graph.layer_norm %x4 last 1 epsilon 1.000000e-05 : (tensor<2x0xf32>) -> tensor<2x0xf32>
  %y4_w = graph.constant dense<> : tensor<2x0xf32>
  check.expect_close %y4, %y4_w : tensor<2x0xf32>
  return
}

// The variance of large numbers close together keeps its digits.
func.func @large_mean() {
  %x = graph.constant dense<[[10001.0, 10002.0, 10003.0, 10004.0]]> : tensor<1x4xf32>
  %y = graph.layer_norm %x last 1 epsilon 1.0e-05 : (tensor<1x4xf32>) -> tensor<1x4xf32>
  %y_w = graph.constant dense<[[-1.3416354656219482, -0.4472118020057678, 0.4472118020057678, 1.3416354656219482]]> : tensor<1x4xf32>
  check.expect_close %y, %y_w : tensor<1x4xf32>
  return
}
