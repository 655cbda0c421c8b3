graph.parameter @scale : tensor<3xf32> = dense<[1.0, -2.0, 0.5]> : tensor<3xf32>
graph.parameter @shift : tensor<3xf32> = dense<[0.25, 1.0, -1.0]> : tensor<3xf32>
func.func @main(%x: tensor<?x3xf32> {graph.name = "x", graph.dims = ["batch", 3]}) -> (tensor<?xf32> {graph.name = "y"})
    attributes {graph.symbols = {batch = [1, 100]}} {
  %scale = graph.get @scale : tensor<3xf32>
  %shift = graph.get @shift : tensor<3xf32>
  %scaled = graph.mul %x, %scale : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  %shifted = graph.add %scaled, %shift : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  %positive = graph.relu %shifted : tensor<?x3xf32>
  %y = graph.reduce_sum %positive axes [1] : tensor<?x3xf32> -> tensor<?xf32>
  return %y : tensor<?xf32>
}
