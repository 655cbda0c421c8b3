graph.parameter @w : tensor<2x2xf32> = dense<0.0> : tensor<2x2xf32>
func.func @main(%x: tensor<2x2xf32> {graph.name = "x"})
    -> (tensor<2x2xf32> {graph.name = "y"}) {
  %w = graph.get @w : tensor<2x2xf32>
  %y = graph.matmul %x, %w : (tensor<2x2xf32>, tensor<2x2xf32>) -> tensor<2x2xf32>
  return %y : tensor<2x2xf32>
}
