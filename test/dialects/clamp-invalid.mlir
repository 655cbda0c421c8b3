// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @clamp_c1(%x: tensor<4xf32>, %l: tensor<f64>) {
  // expected-error @below {{expected one element type of all operands, got 'tensor<4xf32>' and 'tensor<f64>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.clamp %x lower %l : (tensor<4xf32>, tensor<f64>) -> tensor<4xf32>
  return
}

// -----

func.func @clamp_c2(%x: tensor<4xf32>) {
  // expected-error @below {{expected a lower or an upper bound}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.clamp %x : (tensor<4xf32>) -> tensor<4xf32>
  return
}
