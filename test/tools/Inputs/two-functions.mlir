func.func @plain(%a: tensor<2xf32>) -> tensor<2xf32> {
  %0 = graph.exp %a : tensor<2xf32>
  return %0 : tensor<2xf32>
}
func.func @with_tanh(%a: tensor<2xf32>) -> tensor<2xf32> {
  %0 = graph.tanh %a : tensor<2xf32>
  return %0 : tensor<2xf32>
}
