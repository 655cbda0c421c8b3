// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @select_c1(%c: tensor<4xi1>, %a: tensor<4xf32>, %b: tensor<4xf64>) {
  // expected-error @below {{expected one element type of a and b, got 'f32' and 'f64'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.select %c, %a, %b : (tensor<4xi1>, tensor<4xf32>, tensor<4xf64>) -> tensor<4xf32>
  return
}

// -----

func.func @condition(%a: tensor<4xf32>) {
  // expected-error @below {{operand #0 must be ranked tensor of 1-bit signless integer values}}
  %y = graph.select %a, %a, %a : (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return
}
