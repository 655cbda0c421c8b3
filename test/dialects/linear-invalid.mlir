// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @linear_c1(%x: tensor<4x3xf32>, %w: tensor<5x3xf32>, %b: tensor<5xf64>) {
  // expected-error @below {{expected one element type of all operands}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.linear %x, %w, %b : (tensor<4x3xf32>, tensor<5x3xf32>, tensor<5xf64>) -> tensor<4x5xf32>
  return
}

// -----

func.func @linear_c2(%x: tensor<4x3xf32>, %w: tensor<1x5x3xf32>) {
  // expected-error @below {{expected x of rank 1 or more, weight of rank 2 and bias of rank 1}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.linear %x, %w : (tensor<4x3xf32>, tensor<1x5x3xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @linear_c3(%x: tensor<4x3xf32>, %w: tensor<3x5xf32>) {
  // expected-error @below {{expected x's last size to be weight's, got 'tensor<4x3xf32>' and 'tensor<3x5xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.linear %x, %w : (tensor<4x3xf32>, tensor<3x5xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @linear_c3_bias(%x: tensor<4x3xf32>, %w: tensor<5x3xf32>, %b: tensor<3xf32>) {
  // expected-error @below {{expected bias to have the first size of weight, got 'tensor<3xf32>' and 'tensor<5x3xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.linear %x, %w, %b : (tensor<4x3xf32>, tensor<5x3xf32>, tensor<3xf32>) -> tensor<4x5xf32>
  return
}
