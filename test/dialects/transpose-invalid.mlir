// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @transpose_c1(%x: tensor<2x3xf32>) {
  // expected-error @below {{expected a permutation of 2 axes, got [1, 1]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.transpose %x [1, 1] : tensor<2x3xf32> -> tensor<3x3xf32>
  return
}

// -----

func.func @transpose_c1_too_few(%x: tensor<2x3xf32>) {
  // expected-error @below {{expected a permutation of 2 axes, got [0]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.transpose %x [0] : tensor<2x3xf32> -> tensor<2xf32>
  return
}
