// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @slice_c1(%x: tensor<4x6xf32>) {
  // expected-error @below {{expected 2 starts, sizes and steps, got [0], [4, 2] and [1, 1]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.slice %x starts [0] sizes [4, 2] steps [1, 1] : tensor<4x6xf32> -> tensor<4x2xf32>
  return
}

// -----

func.func @slice_c2(%x: tensor<4x6xf32>) {
  // expected-error @below {{expected sizes of at least 0 and steps other than 0, got [4, 2] and [1, 0]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.slice %x starts [0, 0] sizes [4, 2] steps [1, 0] : tensor<4x6xf32> -> tensor<4x2xf32>
  return
}

// -----

func.func @slice_c3(%x: tensor<4x6xf32>) {
  // expected-error @below {{expected axis 1 of 'tensor<4x6xf32>' to hold 4 elements in steps of 2}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.slice %x starts [0, 0] sizes [4, 4] steps [1, 2] : tensor<4x6xf32> -> tensor<4x4xf32>
  return
}

// -----

func.func @slice_c3_overflow(%x: tensor<?xf32>) {
  // expected-error @below {{expected axis 0 of 'tensor<?xf32>' to hold 4 elements in steps of -9223372036854775808}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.slice %x starts [0] sizes [4] steps [-9223372036854775808] : tensor<?xf32> -> tensor<4xf32>
  return
}

// -----

func.func @open_starts(%x: tensor<2x3xf32>, %i: index) {
  // expected-error @below {{expected 0 values of type index for what a list leaves open, got 1}}
  // expected-error @below {{failed to infer returned types}}
  %y = "graph.slice"(%x, %i) <{operandSegmentSizes = array<i32: 1, 1, 0>, static_starts = array<i64: 0, 0>,
      static_sizes = array<i64: -9223372036854775808, 3>, steps = array<i64: 1, 1>}> : (tensor<2x3xf32>, index) -> tensor<2x3xf32>
  return
}
