// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @concat_c1() {
  // expected-error @below {{expected at least one operand}}
  // expected-error @below {{failed to infer returned types}}
  %y = "graph.concat"() <{axis = 0 : i64}> : () -> tensor<4xf32>
  return
}

// -----

func.func @concat_c2(%a: tensor<4x3xf32>) {
  // expected-error @below {{expected axis in [0, 2), got 2}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.concat %a, %a axis 2 : (tensor<4x3xf32>, tensor<4x3xf32>) -> tensor<4x6xf32>
  return
}

// -----

func.func @concat_c3(%a: tensor<4x3xf32>, %b: tensor<5x3xf32>) {
  // expected-error @below {{expected operands that differ along axis 1 only, got 'tensor<4x3xf32>' and 'tensor<5x3xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.concat %a, %b axis 1 : (tensor<4x3xf32>, tensor<5x3xf32>) -> tensor<4x6xf32>
  return
}

// -----

func.func @concat_c3_element(%a: tensor<4x3xf32>, %b: tensor<4x3xf16>) {
  // expected-error @below {{expected operands that differ along axis 1 only, got 'tensor<4x3xf32>' and 'tensor<4x3xf16>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.concat %a, %b axis 1 : (tensor<4x3xf32>, tensor<4x3xf16>) -> tensor<4x6xf32>
  return
}
