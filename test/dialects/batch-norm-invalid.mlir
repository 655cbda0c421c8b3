// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @batch_norm_c1(%x: tensor<4xf32>, %m: tensor<4xf32>) {
  // expected-error @below {{expected x of rank 2 or more, got 'tensor<4xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.batch_norm %x mean %m variance %m epsilon 1.0e-5 : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @batch_norm_c2(%x: tensor<4x3xf32>, %m: tensor<3xf32>, %v: tensor<4xf32>) {
  // expected-error @below {{expected vectors of the size of x's axis 1, got 'tensor<4xf32>' for 'tensor<4x3xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.batch_norm %x mean %m variance %v epsilon 1.0e-5 : (tensor<4x3xf32>, tensor<3xf32>, tensor<4xf32>) -> tensor<4x3xf32>
  return
}
