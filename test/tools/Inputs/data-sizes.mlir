func.func @found(%x: tensor<?xi1> {graph.name = "x", graph.dims = ["n"]}) -> (tensor<?x1xi64> {graph.name = "positions"})
    attributes {graph.symbols = {n = [0, 1000]}} {
  %y = graph.nonzero %x : tensor<?xi1> -> tensor<?x1xi64>
  return %y : tensor<?x1xi64>
}
