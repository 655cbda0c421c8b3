// RUN: graph-opt --graph-autodiff --verify-diagnostics --split-input-file %s
// RUN: not graph-opt --graph-autodiff=function=g %s --split-input-file 2>&1 | FileCheck %s --check-prefix=NAME

// NAME: error: expected a function 'g' with a body of one block to differentiate, got 0

// expected-error @below {{expected an argument of a floating-point type, got none}}
func.func @integers(%x: tensor<4xi32>) -> tensor<4xi32> {
  %y = graph.abs %x : tensor<4xi32>
  return %y : tensor<4xi32>
}

// -----

func.func private @callee(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}
func.func @calls(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{expected an op with a gradient, got 'func.call'}}
  %y = call @callee(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
