// RUN: graph-opt --graph-bind-parameters %s | FileCheck %s

// Unread arguments go without a read; the others keep their order and attributes.
// CHECK-LABEL: func.func @f(
// CHECK-SAME: %[[X:[^:]+]]: tensor<2xf32> {graph.name = "x"}, %[[Y:[^:]+]]: tensor<2xf32> {graph.name = "y"})
// CHECK-NEXT: %[[W:.+]] = graph.get @w
// CHECK-NEXT: graph.add %[[X]], %[[W]]
// CHECK-NEXT: graph.add %{{.+}}, %[[Y]]
graph.parameter @w : tensor<2xf32> = dense<1.0> : tensor<2xf32>
func.func @f(%x: tensor<2xf32> {graph.name = "x"}, %w: tensor<2xf32> {graph.weight = "w"}, %u: tensor<2xf32> {graph.weight = "w"},
             %y: tensor<2xf32> {graph.name = "y"}) -> tensor<2xf32> {
  %0 = graph.add %x, %w : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = graph.add %0, %y : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}
