// RUN: graph-opt %s --split-input-file --graph-cpu-outline-shapes --verify-diagnostics

func.func @data(%n: tensor<index>) -> tensor<?xf32> {
  // expected-error @below {{expected sizes of results that follow from the sizes of inputs, got one that depends on data}}
  %size = tensor.extract %n[] : tensor<index>
  %0 = tensor.empty(%size) : tensor<?xf32>
  return %0 : tensor<?xf32>
}

// -----

func.func @branches(%x: tensor<?xf32>, %y: tensor<?xf32>, %way: tensor<i1>) -> tensor<?xf32> {
  // expected-error @below {{expected sizes of results that follow from the sizes of inputs, got one that depends on data}}
  %condition = tensor.extract %way[] : tensor<i1>
  %z = scf.if %condition -> (tensor<?xf32>) {
    scf.yield %x : tensor<?xf32>
  } else {
    scf.yield %y : tensor<?xf32>
  }
  return %z : tensor<?xf32>
}
