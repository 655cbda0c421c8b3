// RUN: graph-opt %s --graph-cpu-outline-shapes --verify-diagnostics

func.func @data(%n: tensor<index>) -> tensor<?xf32> {
  // expected-error @below {{expected sizes of results that follow from the sizes of inputs, got one that depends on data}}
  %size = tensor.extract %n[] : tensor<index>
  %0 = tensor.empty(%size) : tensor<?xf32>
  return %0 : tensor<?xf32>
}
