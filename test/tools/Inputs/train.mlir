graph.parameter @w : tensor<2x2xf32> = dense<0.0> : tensor<2x2xf32>
func.func @main(%x: tensor<?x2xf32> {graph.name = "x", graph.dims = ["n", 2]})
    -> (tensor<?x2xf32> {graph.name = "y", graph.dims = ["n", 2]}) attributes {graph.symbols = {n = [1, 3]}} {
  %w = graph.get @w : tensor<2x2xf32>
  %y = graph.matmul %x, %w : (tensor<?x2xf32>, tensor<2x2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
