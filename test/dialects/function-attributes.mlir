// RUN: graph-opt %s | FileCheck %s

// A size may be a name, a number or unknown; a name that sizes share says that they are equal.
// CHECK: func.func private @f(%{{.*}}: tensor<?x?x4xf32> {graph.dims = ["n", "?", 4], graph.name = "x/0"}) -> (tensor<?xf32> {graph.dims = ["n"]})
// CHECK-SAME: attributes {graph.symbols = {n = [0, 64]}}
func.func private @f(%x: tensor<?x?x4xf32> {graph.name = "x/0", graph.dims = ["n", "?", 4]}) -> (tensor<?xf32> {graph.dims = ["n"]})
    attributes {graph.symbols = {n = [0, 64]}} {
  %y = graph.reduce_sum %x axes [1, 2] : tensor<?x?x4xf32> -> tensor<?xf32>
  return %y : tensor<?xf32>
}
