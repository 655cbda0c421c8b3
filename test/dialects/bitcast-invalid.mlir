// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @bitcast_c1(%x: tensor<4xf32>) {
  // expected-error @below {{expected elements of 32 bits, got 'i16'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.bitcast %x to i16 : (tensor<4xf32>) -> tensor<4xi16>
  return
}
