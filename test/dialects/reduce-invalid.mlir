// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @reduce_c1(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.reduce_sum' op expected axes that grow in [0, 2), got [2]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.reduce_sum %x axes [2] : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @reduce_c1_order(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.reduce_prod' op expected axes that grow in [0, 2), got [1, 0]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.reduce_prod %x axes [1, 0] : tensor<2x3xf32> -> tensor<f32>
  return
}

// -----

func.func @reduce_c1_twice(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.reduce_max' op expected axes that grow in [0, 2), got [1, 1]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.reduce_max %x axes [1, 1] : tensor<2x3xf32> -> tensor<2xf32>
  return
}

// -----

func.func @shape(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.reduce_min' op inferred type(s) 'tensor<2x1xf32>' are incompatible}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.reduce_min %x axes [1] keep_dims : tensor<2x3xf32> -> tensor<2xf32>
  return
}
