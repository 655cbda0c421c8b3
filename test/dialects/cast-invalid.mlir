// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @element_type(%x: tensor<4xf32>) {
  // expected-error @below {{'graph.cast' op inferred type(s) 'tensor<4xf16>' are incompatible}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.cast %x to f16 : (tensor<4xf32>) -> tensor<4xf64>
  return
}
