func.func @f(%a: tensor<?x2xf32> {graph.name = "a", graph.dims = ["n", 2]}, %b: tensor<?xf32> {graph.name = "b", graph.dims = ["n"]})
    -> tensor<?xf32> attributes {graph.symbols = {n = [1, 64]}} {
  return %b : tensor<?xf32>
}
