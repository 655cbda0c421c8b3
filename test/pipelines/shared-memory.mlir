// RUN: graph-run %s --random-inputs --check -q -O0
// RUN: graph-run %s --random-inputs --check -q -O2

// Two results start from one value, which would be built in the first one's memory. Then one of them is built in place, the other in a copy,
// and the first is written where the second lies.
func.func @from_one_value(%i: tensor<2xi64> {graph.name = "i"}, %u: tensor<2xf32> {graph.name = "u"})
    -> (tensor<4xf32> {graph.name = "a"}, tensor<4xf32> {graph.name = "b"}, tensor<4xf32> {graph.name = "base"}) {
  %base = graph.iota f32 [4] axis 0 : tensor<4xf32>
  %v = graph.add %u, %u : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %a = graph.scatter_add %base, %i, %u axis 0 : (tensor<4xf32>, tensor<2xi64>, tensor<2xf32>) -> tensor<4xf32>
  %b = graph.scatter_add %base, %i, %v axis 0 : (tensor<4xf32>, tensor<2xi64>, tensor<2xf32>) -> tensor<4xf32>
  return %a, %b, %base : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}
