// Outputs with a NaN, of nothing else, and without elements.
func.func @f(%x: tensor<4xf32>) -> (tensor<4xf32> {graph.name = "some"}, tensor<4xf32> {graph.name = "all"},
                                    tensor<0xf32> {graph.name = "none"}) {
  %nan = graph.constant dense<0x7FC00000> : tensor<f32>
  %mixed = graph.constant dense<[0x7FC00000, 1.0, 2.0, 3.0]> : tensor<4xf32>
  %0 = graph.add %x, %mixed : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.add %x, %nan : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = graph.slice %1 starts [0] sizes [0] steps [1] : tensor<4xf32> -> tensor<0xf32>
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<0xf32>
}
