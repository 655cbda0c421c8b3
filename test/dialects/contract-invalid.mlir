// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @contract_c1(%a: tensor<4x3xf32>, %b: tensor<3x5xf64>) {
  // expected-error @below {{expected one element type of a and b, got 'f32' and 'f64'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.contract %a, %b batch [] x [] sum [1] x [0] : (tensor<4x3xf32>, tensor<3x5xf64>) -> tensor<4x5xf32>
  return
}

// -----

func.func @contract_c2(%a: tensor<4x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error @below {{expected axes in pairs, got [0] x [] and [1] x [0]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.contract %a, %b batch [0] x [] sum [1] x [0] : (tensor<4x3xf32>, tensor<3x5xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @contract_c3(%a: tensor<4x3xf32>, %b: tensor<3x5xf32>) {
  // expected-error @below {{expected different axes in [0, 2), got [] and [2]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.contract %a, %b batch [] x [] sum [2] x [0] : (tensor<4x3xf32>, tensor<3x5xf32>) -> tensor<4x5xf32>
  return
}

// -----

func.func @contract_c3_twice(%a: tensor<4x4xf32>, %b: tensor<4x4xf32>) {
  // expected-error @below {{expected different axes in [0, 2), got [0] and [0]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.contract %a, %b batch [0] x [0] sum [0] x [1] : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  return
}

// -----

func.func @contract_c4(%a: tensor<4x3xf32>, %b: tensor<2x5xf32>) {
  // expected-error @below {{expected axis 1 of a and axis 0 of b to have one size, got 'tensor<4x3xf32>' and 'tensor<2x5xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.contract %a, %b batch [] x [] sum [1] x [0] : (tensor<4x3xf32>, tensor<2x5xf32>) -> tensor<4x5xf32>
  return
}
