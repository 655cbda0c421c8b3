func.func @f(%x: tensor<?x4xf32>) -> tensor<?xf32> {
  %a = graph.relu %x : tensor<?x4xf32>
  %b = graph.relu %x : tensor<?x4xf32>
  %c = graph.add %a, %b : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %unused = graph.exp %c : tensor<?x4xf32>
  %y = graph.reduce_sum %c axes [1] : tensor<?x4xf32> -> tensor<?xf32>
  return %y : tensor<?xf32>
}
