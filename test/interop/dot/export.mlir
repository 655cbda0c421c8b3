// RUN: graph-translate --export-dot %s | FileCheck %s
// RUN: graph-translate --export-dot --show-constants %s | FileCheck %s --check-prefix=ALL

// A node an op, an edge a value; constants and sizes are left out unless they are asked for.
// CHECK: digraph "module" {
// CHECK: subgraph cluster_f[[#]] {
// CHECK-NEXT: label="f\"g";
// CHECK-NEXT: a[[#X:]] [shape=ellipse, label="x"];
// CHECK-NOT: graph.constant
// CHECK: n[[#ADD:]] [label="graph.add\nfirst\nencoder"];
// CHECK: n[[#IF:]] [label="scf.if"];
// CHECK-NEXT: subgraph cluster_r
// CHECK-NEXT: label="scf.if";
// CHECK-NEXT: n[[#RELU:]] [label="graph.relu"];
// CHECK: n[[#RETURN:]] [label="func.return"];
// CHECK: a[[#X]] -> n[[#ADD]] [label="?x3xf32"];
// CHECK: n[[#ADD]] -> n[[#RELU]] [label="?x3xf32"];
// CHECK: n[[#IF]] -> n[[#RETURN]]
// ALL: graph.constant
func.func @"f\22g"(%x: tensor<?x3xf32> {graph.name = "x"}, %c: i1) -> tensor<?x3xf32> {
  %w = graph.constant dense<1.0> : tensor<3xf32>
  %y = graph.add %x, %w : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32> loc("first"("encoder"))
  %z = scf.if %c -> tensor<?x3xf32> {
    %r = graph.relu %y : tensor<?x3xf32>
    scf.yield %r : tensor<?x3xf32>
  } else {
    scf.yield %y : tensor<?x3xf32>
  }
  return %z : tensor<?x3xf32>
}
