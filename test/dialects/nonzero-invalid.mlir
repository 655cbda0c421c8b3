// RUN: graph-opt %s --split-input-file --verify-diagnostics

func.func @a_number_for_each_axis(%x: tensor<4x3xf32>) {
  // expected-error @below {{inferred type(s) 'tensor<?x2xi64>' are incompatible with return type(s) of operation 'tensor<?x3xi64>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.nonzero %x : tensor<4x3xf32> -> tensor<?x3xi64>
  return
}
