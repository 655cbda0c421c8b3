func.func @f(%x: tensor<?x3xf32>) -> tensor<?x3xf32> {
  %c = graph.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %y = graph.mul %x, %c : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  %z = graph.exp %y : tensor<?x3xf32>
  return %z : tensor<?x3xf32>
}
