// RUN: graph-opt %s --graph-interpret
// RUN: graph-opt %s --graph-interpret=target=cpu

func.func @batch_norm() {
  %affine_x = graph.constant dense<[[[0.5, -0.5], [-0.75, -0.25], [0.75, 0.25]], [[-1.5, 1.25], [0.75, -1.5], [0.5, -1.0]]]> : tensor<2x3x2xf32>
  %affine_m = graph.constant dense<[-2.25, 0.25, 0.0]> : tensor<3xf32>
  %affine_v = graph.constant dense<[0.5, 1.0, 1.0]> : tensor<3xf32>
  %affine_g = graph.constant dense<[-0.25, 1.25, 1.25]> : tensor<3xf32>
  %affine_b = graph.constant dense<[0.25, 2.0, 2.25]> : tensor<3xf32>
  %affine = graph.batch_norm %affine_x mean %affine_m variance %affine_v weight %affine_g bias %affine_b epsilon 1.000000e-05 : (tensor<2x3x2xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3x2xf32>
  %affine_w = graph.constant dense<[[[-0.7222620844841003, -0.36871224641799927], [0.7500062584877014, 1.3750030994415283], [3.187495231628418, 2.5624983310699463]], [[-0.01516239158809185, -0.9874244928359985], [2.6249969005584717, -0.18748906254768372], [2.8749969005584717, 1.0000061988830566]]]> : tensor<2x3x2xf32>
  check.expect_close %affine, %affine_w : tensor<2x3x2xf32>
  %plain_x = graph.constant dense<[[-0.5, -0.5, -1.5], [-1.0, 1.25, -0.25]]> : tensor<2x3xf32>
  %plain_m = graph.constant dense<[-0.5, 1.25, 1.0]> : tensor<3xf32>
  %plain_v = graph.constant dense<[1.0, 1.25, 1.0]> : tensor<3xf32>
  %plain = graph.batch_norm %plain_x mean %plain_m variance %plain_v epsilon 5.000000e-01 : (tensor<2x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<2x3xf32>
  %plain_w = graph.constant dense<[[0.0, -1.3228756189346313, -2.041241407394409], [-0.40824830532073975, 0.0, -1.0206207036972046]]> : tensor<2x3xf32>
  check.expect_close %plain, %plain_w : tensor<2x3xf32>
  %weight_x = graph.constant dense<[[[[0.5, 0.75], [0.75, -0.0]], [[-1.5, -2.25], [-1.75, -0.5]]]]> : tensor<1x2x2x2xf32>
  %weight_m = graph.constant dense<[-0.75, 0.0]> : tensor<2xf32>
  %weight_v = graph.constant dense<[0.25, 0.5]> : tensor<2xf32>
  %weight_g = graph.constant dense<[-0.5, 0.25]> : tensor<2xf32>
  %weight = graph.batch_norm %weight_x mean %weight_m variance %weight_v weight %weight_g epsilon 1.000000e-03 : (tensor<1x2x2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<1x2x2x2xf32>
  %weight_w = graph.constant dense<[[[[-1.2475074529647827, -1.4970089197158813], [-1.4970089197158813, -0.7485044598579407]], [[-0.529800534248352, -0.7947008013725281], [-0.618100643157959, -0.17660018801689148]]]]> : tensor<1x2x2x2xf32>
  check.expect_close %weight, %weight_w : tensor<1x2x2x2xf32>
  %bias_x = graph.constant dense<[[1.25, 1.25], [-0.5, -0.5]]> : tensor<2x2xf32>
  %bias_m = graph.constant dense<[-0.0, -0.75]> : tensor<2xf32>
  %bias_v = graph.constant dense<[0.75, 1.0]> : tensor<2xf32>
  %bias_b = graph.constant dense<[0.25, -0.5]> : tensor<2xf32>
  %bias = graph.batch_norm %bias_x mean %bias_m variance %bias_v bias %bias_b epsilon 0.000000e+00 : (tensor<2x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<2x2xf32>
  %bias_w = graph.constant dense<[[1.6933757066726685, 1.5], [-0.3273502588272095, -0.25]]> : tensor<2x2xf32>
  check.expect_close %bias, %bias_w : tensor<2x2xf32>
  %empty_x = graph.constant dense<> : tensor<0x2xf32>
  %empty_m = graph.constant dense<[-0.75, 0.0]> : tensor<2xf32>
  %empty_v = graph.constant dense<[0.5, 0.25]> : tensor<2xf32>
  %empty_g = graph.constant dense<[1.25, -1.25]> : tensor<2xf32>
  %empty_b = graph.constant dense<[0.25, -1.25]> : tensor<2xf32>
  %empty = graph.batch_norm %empty_x mean %empty_m variance %empty_v weight %empty_g bias %empty_b epsilon 1.000000e-05 : (tensor<0x2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) -> tensor<0x2xf32>
  %empty_w = graph.constant dense<> : tensor<0x2xf32>
  check.expect_close %empty, %empty_w : tensor<0x2xf32>
  return
}
