// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @argsort_c1(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.argsort' op expected axis in [0, 2), got -1}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.argsort %x axis -1 : tensor<2x3xf32> -> tensor<2x3xi64>
  return
}
