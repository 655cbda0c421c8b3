func.func @f(%a: tensor<f32>, %b: tensor<2xi1>) -> (tensor<f32>, tensor<2xi1>) {
  %0 = graph.exp %a : tensor<f32>
  return %0, %b : tensor<f32>, tensor<2xi1>
}
