// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @layer_norm_c1(%x: tensor<4x3xf32>, %w: tensor<3xf16>) {
  // expected-error @below {{expected one element type of all operands, got 'f32' and 'f16'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.layer_norm %x weight %w last 1 epsilon 1.0e-5 : (tensor<4x3xf32>, tensor<3xf16>) -> tensor<4x3xf32>
  return
}

// -----

func.func @layer_norm_c2(%x: tensor<4x3xf32>) {
  // expected-error @below {{expected the number of last axes in [1, 2], got 3}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.layer_norm %x last 3 epsilon 1.0e-5 : (tensor<4x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @layer_norm_c3(%x: tensor<4x3xf32>, %b: tensor<4xf32>) {
  // expected-error @below {{expected weight and bias to have the last 1 sizes of x, got 'tensor<4xf32>' for 'tensor<4x3xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.layer_norm %x bias %b last 1 epsilon 1.0e-5 : (tensor<4x3xf32>, tensor<4xf32>) -> tensor<4x3xf32>
  return
}
