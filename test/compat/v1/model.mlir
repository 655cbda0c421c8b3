// Weights in a file and in the text, named and dynamic sizes, control flow, a fusion.
graph.parameter @fc.weight {role = "parameter"} : tensor<8x40xf32> = #graph.external<"weights.safetensors", 2544, 1280>
graph.parameter @fc.bias {mutable, role = "buffer"} : tensor<8xf32> = dense<[0.0, 0.5, 1.0, 1.5, -0.5, -1.0, 2.0, 0.25]> : tensor<8xf32>
graph.parameter @table {role = "constant"} : tensor<10x30xi64> = #graph.external<"weights.safetensors", 144, 2400>

func.func @main(%x: tensor<?x40xf32> {graph.name = "x", graph.dims = ["batch", 40]},
                %i: tensor<?xi64> {graph.name = "i", graph.dims = ["batch"]})
    -> (tensor<?x8xf32> {graph.name = "probabilities", graph.dims = ["batch", 8]}, tensor<?x30xi64> {graph.name = "rows", graph.dims = ["batch", 30]})
    attributes {graph.symbols = {batch = [1, 64]}} {
  %w = graph.get @fc.weight : tensor<8x40xf32>
  %b = graph.get @fc.bias : tensor<8xf32>
  %t = graph.get @table : tensor<10x30xi64>
  %h = graph.linear %x, %w, %b : (tensor<?x40xf32>, tensor<8x40xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  %f = graph.fusion (%a = %h : tensor<?x8xf32>) {
    %e = graph.tanh %a : tensor<?x8xf32>
    %s = graph.add %e, %a : (tensor<?x8xf32>, tensor<?x8xf32>) -> tensor<?x8xf32>
    graph.yield %s : tensor<?x8xf32>
  }
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %three = arith.constant 3 : index
  %sum = graph.reduce_sum %f axes [0] : tensor<?x8xf32> -> tensor<8xf32>
  %looped = scf.for %k = %zero to %three step %one iter_args(%acc = %sum) -> tensor<8xf32> {
    %c = graph.sin %acc : tensor<8xf32>
    scf.yield %c : tensor<8xf32>
  }
  %q = graph.add %f, %looped : (tensor<?x8xf32>, tensor<8xf32>) -> tensor<?x8xf32>
  %p = graph.softmax %q axis 1 : tensor<?x8xf32>
  %r = graph.gather %t, %i axis 0 : (tensor<10x30xi64>, tensor<?xi64>) -> tensor<?x30xi64>
  return %p, %r : tensor<?x8xf32>, tensor<?x30xi64>
}
