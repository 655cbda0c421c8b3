// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @one_element_type(%a: tensor<4xf32>, %b: tensor<4xi32>) {
  // expected-error @below {{failed to verify that operands have one element type}}
  %y = graph.lt %a, %b : (tensor<4xf32>, tensor<4xi32>) -> tensor<4xi1>
  return
}

// -----

func.func @truth_value(%a: tensor<4xf32>) {
  // expected-error @below {{result #0 must be ranked tensor of 1-bit signless integer values}}
  %y = graph.lt %a, %a : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}
