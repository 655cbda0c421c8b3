// RUN: graph-opt %s --graph-cpu-destinations --split-input-file --verify-diagnostics

// expected-error @below {{expected results that are ranked tensors, got 'index'}}
func.func @scalar(%x: tensor<?xf32>, %i: index) -> index {
  return %i : index
}

// -----

// expected-error @below {{expected a body of one block, got 2}}
func.func @blocks(%x: tensor<4xf32>) -> tensor<4xf32> {
  cf.br ^next
^next:
  return %x : tensor<4xf32>
}

// -----

func.func @recursive(%x: tensor<4xf32>) -> tensor<4xf32> {
  // expected-error @below {{expected calls that can be inlined, got a recursive call, '@recursive'}}
  %0 = func.call @recursive(%x) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
