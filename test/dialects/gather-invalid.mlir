// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @gather_c1(%x: tensor<10x4xf32>, %i: tensor<3xi64>) {
  // expected-error @below {{'graph.gather' op expected axis in [0, 2), got -1}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.gather %x, %i axis -1 : (tensor<10x4xf32>, tensor<3xi64>) -> tensor<3x4xf32>
  return
}

// -----

func.func @indices_are_integers(%x: tensor<10x4xf32>, %i: tensor<3xf32>) {
  // expected-error @below {{operand #1 must be ranked tensor of integer values}}
  %y = graph.gather %x, %i axis 0 : (tensor<10x4xf32>, tensor<3xf32>) -> tensor<3x4xf32>
  return
}
