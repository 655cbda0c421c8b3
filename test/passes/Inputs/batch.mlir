// The input of graph-refine-shapes.mlir with sizes=batch=4.
// CHECK-LABEL: func.func @f
// CHECK-SAME: tensor<4x?xf32> {graph.dims = [4, "seq"]}
// CHECK-SAME: -> (tensor<4x?xf32> {graph.dims = [4, "seq"]})
// CHECK-SAME: graph.symbols = {seq = [1, 512]}
// CHECK: graph.exp %{{.+}} : tensor<4x?xf32>
func.func @f(%x: tensor<?x?xf32> {graph.dims = ["batch", "seq"]}) -> (tensor<?x?xf32> {graph.dims = ["batch", "seq"]})
    attributes {graph.symbols = {batch = [1, 64], seq = [1, 512]}} {
  %y = graph.exp %x : tensor<?x?xf32>
  return %y : tensor<?x?xf32>
}
