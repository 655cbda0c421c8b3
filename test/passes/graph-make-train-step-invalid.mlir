// RUN: graph-opt --graph-make-train-step=loss=mse --verify-diagnostics --split-input-file %s

func.func private @callee(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
// expected-error @below {{expected a function that calls none and that none calls}}
func.func @calls(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = call @callee(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

// expected-error @below {{expected parameters to train, got none}}
func.func @nothing(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// -----

graph.parameter @w : tensor<4xf32> = dense<1.0> : tensor<4xf32>
// expected-error @below {{expected a name that no other input has, got 'target'}}
func.func @taken(%target: tensor<4xf32> {graph.name = "target"}) -> tensor<4xf32> {
  %w = graph.get @w : tensor<4xf32>
  %y = graph.mul %w, %target : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// -----

graph.parameter @w : tensor<4xf32> = dense<1.0> : tensor<4xf32>
// expected-error @below {{expected a result of a floating-point type that the loss is of, got none}}
func.func @integers() -> tensor<i64> {
  %c = graph.constant dense<1> : tensor<i64>
  return %c : tensor<i64>
}
