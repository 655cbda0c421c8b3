// RUN: graph-opt %s --graph-interpret
// RUN: graph-opt %s --graph-interpret=target=cpu

// Every row at negative, fractional, large and special values: expectations by torch in f64.
func.func @floats() {
  %x = graph.constant dense<[-2.5, -1.0, -0.0, 0.30000001192092896, 0.5, 1.5, 2.5, 0x7F800000, 0xFF800000, 0x7FC00000]> : tensor<10xf32>
  %neg = graph.neg %x : tensor<10xf32>
  %neg_w = graph.constant dense<[2.5, 1.0, 0.0, -0.30000001192092896, -0.5, -1.5, -2.5, 0xFF800000, 0x7F800000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %neg, %neg_w : tensor<10xf32>
  %abs = graph.abs %x : tensor<10xf32>
  %abs_w = graph.constant dense<[2.5, 1.0, 0.0, 0.30000001192092896, 0.5, 1.5, 2.5, 0x7F800000, 0x7F800000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %abs, %abs_w : tensor<10xf32>
  %sign = graph.sign %x : tensor<10xf32>
  %sign_w = graph.constant dense<[-1.0, -1.0, 0.0, 1.0, 1.0, 1.0, 1.0, 1.0, -1.0, 0.0]> : tensor<10xf32>
  check.expect_close %sign, %sign_w : tensor<10xf32>
  %ceil = graph.ceil %x : tensor<10xf32>
  %ceil_w = graph.constant dense<[-2.0, -1.0, -0.0, 1.0, 1.0, 2.0, 3.0, 0x7F800000, 0xFF800000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %ceil, %ceil_w : tensor<10xf32>
  %floor = graph.floor %x : tensor<10xf32>
  %floor_w = graph.constant dense<[-3.0, -1.0, -0.0, 0.0, 0.0, 1.0, 2.0, 0x7F800000, 0xFF800000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %floor, %floor_w : tensor<10xf32>
  %trunc = graph.trunc %x : tensor<10xf32>
  %trunc_w = graph.constant dense<[-2.0, -1.0, -0.0, 0.0, 0.0, 1.0, 2.0, 0x7F800000, 0xFF800000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %trunc, %trunc_w : tensor<10xf32>
  %round = graph.round %x : tensor<10xf32>
  %round_w = graph.constant dense<[-2.0, -1.0, -0.0, 0.0, 0.0, 2.0, 2.0, 0x7F800000, 0xFF800000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %round, %round_w : tensor<10xf32>
  %sqrt = graph.sqrt %x : tensor<10xf32>
  %sqrt_w = graph.constant dense<[0x7FC00000, 0x7FC00000, -0.0, 0.547722578048706, 0.7071067690849304, 1.2247449159622192, 1.5811388492584229, 0x7F800000, 0x7FC00000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %sqrt, %sqrt_w : tensor<10xf32>
  %rsqrt = graph.rsqrt %x : tensor<10xf32>
  %rsqrt_w = graph.constant dense<[0x7FC00000, 0x7FC00000, 0xFF800000, 1.8257418870925903, 1.4142135381698608, 0.8164966106414795, 0.6324555277824402, 0.0, 0x7FC00000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %rsqrt, %rsqrt_w : tensor<10xf32>
  %reciprocal = graph.reciprocal %x : tensor<10xf32>
  %reciprocal_w = graph.constant dense<[-0.4000000059604645, -1.0, 0xFF800000, 3.3333332538604736, 2.0, 0.6666666865348816, 0.4000000059604645, 0.0, -0.0, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %reciprocal, %reciprocal_w : tensor<10xf32>
  %exp = graph.exp %x : tensor<10xf32>
  %exp_w = graph.constant dense<[0.08208499848842621, 0.3678794503211975, 1.0, 1.3498587608337402, 1.6487212181091309, 4.481688976287842, 12.182494163513184, 0x7F800000, 0.0, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %exp, %exp_w : tensor<10xf32>
  %expm1 = graph.expm1 %x : tensor<10xf32>
  %expm1_w = graph.constant dense<[-0.9179149866104126, -0.6321205496788025, -0.0, 0.349858820438385, 0.6487212777137756, 3.481688976287842, 11.182494163513184, 0x7F800000, -1.0, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %expm1, %expm1_w : tensor<10xf32>
  %log = graph.log %x : tensor<10xf32>
  %log_w = graph.constant dense<[0x7FC00000, 0x7FC00000, 0xFF800000, -1.2039728164672852, -0.6931471824645996, 0.40546509623527527, 0.9162907600402832, 0x7F800000, 0x7FC00000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %log, %log_w : tensor<10xf32>
  %log1p = graph.log1p %x : tensor<10xf32>
  %log1p_w = graph.constant dense<[0x7FC00000, 0xFF800000, -0.0, 0.2623642683029175, 0.40546509623527527, 0.9162907600402832, 1.2527629137039185, 0x7F800000, 0x7FC00000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %log1p, %log1p_w : tensor<10xf32>
  %log2 = graph.log2 %x : tensor<10xf32>
  %log2_w = graph.constant dense<[0x7FC00000, 0x7FC00000, 0xFF800000, -1.736965537071228, -1.0, 0.5849624872207642, 1.3219281435012817, 0x7F800000, 0x7FC00000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %log2, %log2_w : tensor<10xf32>
  %sin = graph.sin %x : tensor<10xf32>
  %sin_w = graph.constant dense<[-0.5984721183776855, -0.8414709568023682, -0.0, 0.29552021622657776, 0.4794255495071411, 0.9974949955940247, 0.5984721183776855, 0x7FC00000, 0x7FC00000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %sin, %sin_w : tensor<10xf32>
  %cos = graph.cos %x : tensor<10xf32>
  %cos_w = graph.constant dense<[-0.8011435866355896, 0.5403022766113281, 1.0, 0.9553365111351013, 0.8775825500488281, 0.07073719799518585, -0.8011435866355896, 0x7FC00000, 0x7FC00000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %cos, %cos_w : tensor<10xf32>
  %tan = graph.tan %x : tensor<10xf32>
  %tan_w = graph.constant dense<[0.747022271156311, -1.5574077367782593, -0.0, 0.30933624505996704, 0.5463024973869324, 14.101420402526855, -0.747022271156311, 0x7FC00000, 0x7FC00000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %tan, %tan_w : tensor<10xf32>
  %tanh = graph.tanh %x : tensor<10xf32>
  %tanh_w = graph.constant dense<[-0.9866142868995667, -0.7615941762924194, -0.0, 0.2913126051425934, 0.46211716532707214, 0.9051482677459717, 0.9866142868995667, 1.0, -1.0, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %tanh, %tanh_w : tensor<10xf32>
  %atan = graph.atan %x : tensor<10xf32>
  %atan_w = graph.constant dense<[-1.1902899742126465, -0.7853981852531433, -0.0, 0.29145678877830505, 0.46364760398864746, 0.9827937483787537, 1.1902899742126465, 1.5707963705062866, -1.5707963705062866, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %atan, %atan_w : tensor<10xf32>
  %erf = graph.erf %x : tensor<10xf32>
  %erf_w = graph.constant dense<[-0.9995930194854736, -0.8427007794380188, -0.0, 0.32862675189971924, 0.5204998850822449, 0.9661051630973816, 0.9995930194854736, 1.0, -1.0, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %erf, %erf_w : tensor<10xf32>
  %sigmoid = graph.sigmoid %x : tensor<10xf32>
  %sigmoid_w = graph.constant dense<[0.07585818320512772, 0.2689414322376251, 0.5, 0.5744425058364868, 0.622459352016449, 0.8175745010375977, 0.9241418242454529, 1.0, 0.0, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %sigmoid, %sigmoid_w : tensor<10xf32>
  %relu = graph.relu %x : tensor<10xf32>
  %relu_w = graph.constant dense<[0.0, 0.0, -0.0, 0.30000001192092896, 0.5, 1.5, 2.5, 0x7F800000, 0.0, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %relu, %relu_w : tensor<10xf32>
  %silu = graph.silu %x : tensor<10xf32>
  %silu_w = graph.constant dense<[-0.189645454287529, -0.2689414322376251, -0.0, 0.1723327487707138, 0.3112296760082245, 1.2263617515563965, 2.310354471206665, 0x7F800000, 0x7FC00000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %silu, %silu_w : tensor<10xf32>
  %exp2 = graph.exp2 %x : tensor<10xf32>
  %exp2_w = graph.constant dense<[0.1767766922712326, 0.5, 1.0, 1.2311444282531738, 1.4142135381698608, 2.8284270763397217, 5.656854152679443, 0x7F800000, 0.0, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %exp2, %exp2_w : tensor<10xf32>
  %log10 = graph.log10 %x : tensor<10xf32>
  %log10_w = graph.constant dense<[0x7FC00000, 0x7FC00000, 0xFF800000, -0.5228787660598755, -0.3010300099849701, 0.1760912537574768, 0.3979400098323822, 0x7F800000, 0x7FC00000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %log10, %log10_w : tensor<10xf32>
  %asin = graph.asin %x : tensor<10xf32>
  %asin_w = graph.constant dense<[0x7FC00000, -1.5707963705062866, -0.0, 0.30469265580177307, 0.5235987901687622, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %asin, %asin_w : tensor<10xf32>
  %acos = graph.acos %x : tensor<10xf32>
  %acos_w = graph.constant dense<[0x7FC00000, 3.1415927410125732, 1.5707963705062866, 1.2661036252975464, 1.0471975803375244, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %acos, %acos_w : tensor<10xf32>
  %sinh = graph.sinh %x : tensor<10xf32>
  %sinh_w = graph.constant dense<[-6.050204277038574, -1.175201177597046, -0.0, 0.30452027916908264, 0.5210952758789062, 2.129279375076294, 6.050204277038574, 0x7F800000, 0xFF800000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %sinh, %sinh_w : tensor<10xf32>
  %cosh = graph.cosh %x : tensor<10xf32>
  %cosh_w = graph.constant dense<[6.132289409637451, 1.5430806875228882, 1.0, 1.04533851146698, 1.1276259422302246, 2.352409601211548, 6.132289409637451, 0x7F800000, 0x7F800000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %cosh, %cosh_w : tensor<10xf32>
  %asinh = graph.asinh %x : tensor<10xf32>
  %asinh_w = graph.constant dense<[-1.647231101989746, -0.8813735842704773, -0.0, 0.29567304253578186, 0.4812118113040924, 1.19476318359375, 1.647231101989746, 0x7F800000, 0xFF800000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %asinh, %asinh_w : tensor<10xf32>
  %acosh = graph.acosh %x : tensor<10xf32>
  %acosh_w = graph.constant dense<[0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0.9624236226081848, 1.566799283027649, 0x7F800000, 0x7FC00000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %acosh, %acosh_w : tensor<10xf32>
  %atanh = graph.atanh %x : tensor<10xf32>
  %atanh_w = graph.constant dense<[0x7FC00000, 0xFF800000, -0.0, 0.30951961874961853, 0.5493061542510986, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %atanh, %atanh_w : tensor<10xf32>
  %softplus = graph.softplus %x : tensor<10xf32>
  %softplus_w = graph.constant dense<[0.07888973504304886, 0.3132616877555847, 0.6931471824645996, 0.8543552160263062, 0.9740769863128662, 1.7014132738113403, 2.578889846801758, 0x7F800000, 0.0, 0x7FC00000]> : tensor<10xf32>
  check.expect_close %softplus, %softplus_w : tensor<10xf32>
  %is_nan = graph.is_nan %x : tensor<10xf32> -> tensor<10xi1>
  %is_nan_w = graph.constant dense<[false, false, false, false, false, false, false, false, false, true]> : tensor<10xi1>
  check.expect_eq %is_nan, %is_nan_w : tensor<10xi1>
  %is_inf = graph.is_inf %x : tensor<10xf32> -> tensor<10xi1>
  %is_inf_w = graph.constant dense<[false, false, false, false, false, false, false, true, true, false]> : tensor<10xi1>
  check.expect_eq %is_inf, %is_inf_w : tensor<10xi1>
  %is_finite = graph.is_finite %x : tensor<10xf32> -> tensor<10xi1>
  %is_finite_w = graph.constant dense<[true, true, true, true, true, true, true, false, false, false]> : tensor<10xi1>
  check.expect_eq %is_finite, %is_finite_w : tensor<10xi1>
  return
}

// Integers wrap: the negative and the absolute value of the least number are itself.
func.func @integers() {
  %x = graph.constant dense<[-128, -1, 0, 127]> : tensor<4xi8>
  %neg = graph.neg %x : tensor<4xi8>
  %neg_w = graph.constant dense<[-128, 1, 0, -127]> : tensor<4xi8>
  check.expect_eq %neg, %neg_w : tensor<4xi8>
  %abs = graph.abs %x : tensor<4xi8>
  %abs_w = graph.constant dense<[-128, 1, 0, 127]> : tensor<4xi8>
  check.expect_eq %abs, %abs_w : tensor<4xi8>
  %sign = graph.sign %x : tensor<4xi8>
  %sign_w = graph.constant dense<[-1, -1, 0, 1]> : tensor<4xi8>
  check.expect_eq %sign, %sign_w : tensor<4xi8>
  %relu = graph.relu %x : tensor<4xi8>
  %relu_w = graph.constant dense<[0, 0, 0, 127]> : tensor<4xi8>
  check.expect_eq %relu, %relu_w : tensor<4xi8>
  %not = graph.not %x : tensor<4xi8>
  %not_w = graph.constant dense<[127, 0, -1, -128]> : tensor<4xi8>
  check.expect_eq %not, %not_w : tensor<4xi8>
  return
}

func.func @unsigned() {
  %x = graph.constant dense<[0, 1, 255]> : tensor<3xui8>
  %neg = graph.neg %x : tensor<3xui8>
  %neg_w = graph.constant dense<[0, 255, 1]> : tensor<3xui8>
  check.expect_eq %neg, %neg_w : tensor<3xui8>
  %sign = graph.sign %x : tensor<3xui8>
  %sign_w = graph.constant dense<[0, 1, 1]> : tensor<3xui8>
  check.expect_eq %sign, %sign_w : tensor<3xui8>
  return
}

func.func @truth_values() {
  %x = graph.constant dense<[true, false]> : tensor<2xi1>
  %y = graph.not %x : tensor<2xi1>
  %w = graph.constant dense<[false, true]> : tensor<2xi1>
  check.expect_eq %y, %w : tensor<2xi1>
  return
}

// f16 computes in f32 and rounds once.
func.func @half() {
  %x = graph.constant dense<[1.0, 10.0, 12.0]> : tensor<3xf16>
  %y = graph.exp %x : tensor<3xf16>
  %w = graph.constant dense<[2.71875, 2.2032e4, 0x7C00]> : tensor<3xf16>
  check.expect_eq %y, %w : tensor<3xf16>
  return
}

func.func @empty_and_scalar() {
  %e = graph.constant dense<> : tensor<2x0xf64>
  %ye = graph.exp %e : tensor<2x0xf64>
  check.expect_eq %ye, %e : tensor<2x0xf64>
  %s = graph.constant dense<0.0> : tensor<f64>
  %ys = graph.cos %s : tensor<f64>
  %w = graph.constant dense<1.0> : tensor<f64>
  check.expect_eq %ys, %w : tensor<f64>
  return
}

func.func @stop_gradient() {
  %x = graph.constant dense<[-1.0, 0.0, 3.0]> : tensor<3xf32>
  %y = graph.stop_gradient %x : tensor<3xf32>
  %expected = graph.constant dense<[-1.0, 0.0, 3.0]> : tensor<3xf32>
  check.expect_close %y, %expected : tensor<3xf32>
  return
}
