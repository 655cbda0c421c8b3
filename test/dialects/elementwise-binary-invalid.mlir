// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @sizes_broadcast(%a: tensor<4xf32>, %b: tensor<3xf32>) {
  // expected-error @below {{'graph.add' op expected sizes that broadcast, got 'tensor<4xf32>' and 'tensor<3xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.add %a, %b : (tensor<4xf32>, tensor<3xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @one_element_type(%a: tensor<4xf32>, %b: tensor<4xf64>) {
  // expected-error @below {{requires the same element type for all operands and results}}
  %y = graph.add %a, %b : (tensor<4xf32>, tensor<4xf64>) -> tensor<4xf32>
  return
}

// -----

func.func @bits_only(%a: tensor<4xf32>) {
  // expected-error @below {{operand #0 must be ranked tensor of integer or i1 values}}
  %y = graph.xor %a, %a : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}

// -----

func.func @no_truth_values(%a: tensor<4xi1>) {
  // expected-error @below {{operand #0 must be ranked tensor of number values}}
  %y = graph.add %a, %a : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  return
}

// -----

func.func @result_shape(%a: tensor<4x1xf32>, %b: tensor<3xf32>) {
  // expected-error @below {{inferred type(s) 'tensor<4x3xf32>' are incompatible}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.add %a, %b : (tensor<4x1xf32>, tensor<3xf32>) -> tensor<4x1xf32>
  return
}
