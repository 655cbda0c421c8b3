func.func @f(%a: tensor<4x10007xf32>) -> tensor<4xf32> {
  %0 = graph.reduce_sum %a axes [1] : tensor<4x10007xf32> -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
