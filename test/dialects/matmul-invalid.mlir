// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @matmul_c1(%a: tensor<4x3xf32>, %b: tensor<3x5xf16>) {
  // expected-error @below {{expected one element type of a and b, got 'tensor<4x3xf32>' and 'tensor<3x5xf16>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.matmul %a, %b : (tensor<4x3xf32>, tensor<3x5xf16>) -> tensor<4x5xf32>
  return
}

// -----

func.func @matmul_c2(%a: tensor<f32>, %b: tensor<3x5xf32>) {
  // expected-error @below {{expected operands of rank 1 or more, got 'tensor<f32>' and 'tensor<3x5xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.matmul %a, %b : (tensor<f32>, tensor<3x5xf32>) -> tensor<5xf32>
  return
}

// -----

func.func @matmul_c3(%a: tensor<4x3xf32>, %b: tensor<2x5xf32>) {
  // expected-error @below {{expected a's last size to be b's last but one, got 'tensor<4x3xf32>' and 'tensor<2x5xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.matmul %a, %b : (tensor<4x3xf32>, tensor<2x5xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @matmul_c3_column(%a: tensor<4x3xf32>, %b: tensor<2xf32>) {
  // expected-error @below {{expected a's last size to be b's, got 'tensor<4x3xf32>' and 'tensor<2xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.matmul %a, %b : (tensor<4x3xf32>, tensor<2xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @matmul_c4(%a: tensor<2x4x3xf32>, %b: tensor<6x3x5xf32>) {
  // expected-error @below {{expected sizes before the last two that broadcast, got 'tensor<2x4x3xf32>' and 'tensor<6x3x5xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.matmul %a, %b : (tensor<2x4x3xf32>, tensor<6x3x5xf32>) -> tensor<6x4x5xf32>
  return
}

// -----

func.func @matmul_result(%a: tensor<4x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error @below {{inferred type(s) 'tensor<4x5xf32>' are incompatible}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.matmul %a, %b : (tensor<4x3xf32>, tensor<3x5xf32>) -> tensor<5x4xf32>
  return
}
