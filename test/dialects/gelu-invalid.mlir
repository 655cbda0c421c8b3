// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @gelu_c1(%x: tensor<4xf32>) {
  // expected-error @below {{failed to infer returned types}}
  // expected-error @below {{expected 'approximate' to be "none" or "tanh", got "sigmoid"}}
  %y = graph.gelu %x {approximate = "sigmoid"} : tensor<4xf32>
  return
}
