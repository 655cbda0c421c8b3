func.func @add(%a: tensor<2xf32> {graph.name = "x/0"}, %b: tensor<2xf32> {graph.name = "50%"}) -> (tensor<2xf32> {graph.name = "sum/0"}) {
  %0 = graph.add %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %0 : tensor<2xf32>
}
