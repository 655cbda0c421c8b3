// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @broadcast_c1(%x: tensor<4x3xf32>) {
  // expected-error @below {{expected a rank of at least 2, got 1}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.broadcast %x [3] : tensor<4x3xf32> -> tensor<3xf32>
  return
}

// -----

func.func @broadcast_c1_inferred(%x: tensor<3xf32>) {
  // expected-error @below {{expected sizes of at least 0, or -1 at an axis of x, got [-1, 3]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.broadcast %x [-1, 3] : tensor<3xf32> -> tensor<4x3xf32>
  return
}

// -----

func.func @broadcast_c2(%x: tensor<4x3xf32>) {
  // expected-error @below {{expected size 1 to be that of x, got [4, 5] for 'tensor<4x3xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.broadcast %x [4, 5] : tensor<4x3xf32> -> tensor<4x5xf32>
  return
}
