// RUN: graph-opt --graph-bind-parameters --verify-diagnostics --split-input-file %s

// expected-error @below {{expected a parameter 'w' for argument 1, got none}}
func.func @f(%x: tensor<2xf32>, %w: tensor<2xf32> {graph.weight = "w"}) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}

// -----

graph.parameter @w : tensor<3xf32> = dense<1.0> : tensor<3xf32>
// expected-error @below {{expected 'tensor<3xf32>' for argument 0, which is parameter 'w', got 'tensor<2xf32>'}}
func.func @f(%w: tensor<2xf32> {graph.weight = "w"}) -> tensor<2xf32> {
  return %w : tensor<2xf32>
}
