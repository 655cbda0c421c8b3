// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @one_type(%x: tensor<4xf32>) {
  // expected-error @below {{failed to verify that x and y have one type}}
  %y = "graph.exp"(%x) : (tensor<4xf32>) -> tensor<?xf32>
  return
}

// -----

func.func @floats_only(%x: tensor<4xi32>) {
  // expected-error @below {{operand #0 must be ranked tensor of float values}}
  %y = graph.exp %x : tensor<4xi32>
  return
}

// -----

func.func @bits_only(%x: tensor<4xf32>) {
  // expected-error @below {{operand #0 must be ranked tensor of integer or i1 values}}
  %y = graph.not %x : tensor<4xf32>
  return
}

// -----

func.func @truth_value(%x: tensor<4xf32>) {
  // expected-error @below {{result #0 must be ranked tensor of 1-bit signless integer values}}
  %y = graph.is_nan %x : tensor<4xf32> -> tensor<4xf32>
  return
}

// -----

func.func @ranked(%x: tensor<*xf32>) {
  // expected-error @below {{invalid kind of type specified: expected builtin.tensor, but found 'tensor<*xf32>'}}
  %y = graph.exp %x : tensor<*xf32>
  return
}
