// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @reshape_c1(%x: tensor<6x4xf32>) {
  // expected-error @below {{expected sizes of at least 0 and at most one of -1, got [-1, -1]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.reshape %x [-1, -1] : tensor<6x4xf32> -> tensor<6x4xf32>
  return
}

// -----

func.func @reshape_c1_negative(%x: tensor<6x4xf32>) {
  // expected-error @below {{expected sizes of at least 0 and at most one of -1, got [-2, 12]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.reshape %x [-2, 12] : tensor<6x4xf32> -> tensor<2x12xf32>
  return
}

// -----

func.func @reshape_c2(%x: tensor<6x4xf32>) {
  // expected-error @below {{expected a shape of 24 elements, got one of 25}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.reshape %x [5, 5] : tensor<6x4xf32> -> tensor<5x5xf32>
  return
}

// -----

func.func @open_sizes(%x: tensor<6x4xf32>) {
  // expected-error @below {{expected 1 values of type index for what a list leaves open, got 0}}
  // expected-error @below {{failed to infer returned types}}
  %y = "graph.reshape"(%x) <{static_sizes = array<i64: -9223372036854775808, 12>}> : (tensor<6x4xf32>) -> tensor<?x12xf32>
  return
}
