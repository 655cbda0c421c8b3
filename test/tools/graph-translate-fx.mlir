// RUN: graph-translate --export-fx %s --weights-file=%t.data | FileCheck %s
// RUN: not graph-translate --export-fx %s 2>&1 | FileCheck %s --check-prefix=NOFILE

// CHECK: def build(weights: dict) -> torch.fx.GraphModule:
// CHECK: x = graph.placeholder("x")
// CHECK-NEXT: fc1_weight = read("fc1_weight", "fc1.weight")
// CHECK-NEXT: linear = call("linear", aten.linear.default, x, fc1_weight)
// CHECK-NEXT: relu = call("relu", aten.relu.default, linear)
// CHECK-NEXT: graph.output(relu)
// CHECK: def load() -> torch.fx.GraphModule:
// NOFILE: expected -o FILE or --weights-file for 1 weights, got neither
graph.parameter @fc1.weight : tensor<4x3xf32> = dense<0.5> : tensor<4x3xf32>
func.func @main(%x: tensor<?x3xf32> {graph.name = "x"}) -> tensor<?x4xf32> {
  %w = graph.get @fc1.weight : tensor<4x3xf32>
  %h = graph.linear %x, %w : (tensor<?x3xf32>, tensor<4x3xf32>) -> tensor<?x4xf32>
  %y = graph.relu %h : tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}
