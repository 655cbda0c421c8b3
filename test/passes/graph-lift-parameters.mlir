// RUN: graph-opt --graph-lift-parameters --split-input-file %s | FileCheck %s
// RUN: graph-opt --graph-lift-parameters --graph-bind-parameters --split-input-file %s | FileCheck %s --check-prefix=BACK
// RUN: graph-opt --graph-lift-parameters=mutable-only --split-input-file %s | FileCheck %s --check-prefix=STATE

// A caller passes on what its callees read, and two reads are one argument.
// CHECK: graph.parameter @w
// CHECK-LABEL: func.func @main(
// CHECK-SAME: %[[X:[^:]+]]: tensor<2xf32>, %[[V:[^:]+]]: tensor<2xf32> {graph.name = "v", graph.weight = "v"}
// CHECK-SAME: %[[W:[^:]+]]: tensor<2xf32> {graph.name = "w", graph.weight = "w"}
// CHECK: %[[R:.+]] = call @reads(%[[X]], %[[W]])
// CHECK: graph.add %[[R]], %[[V]]
// CHECK-LABEL: func.func private @reads(
// CHECK-SAME: %[[X:[^:]+]]: tensor<2xf32>, %[[W:[^:]+]]: tensor<2xf32>
// CHECK: graph.add %[[X]], %[[W]]
// CHECK-NEXT: graph.add %{{.+}}, %[[W]]
// CHECK-LABEL: func.func @reads_nothing(%{{[^:]+}}: tensor<2xf32>)

// BACK-LABEL: func.func @main(%{{[^:]+}}: tensor<2xf32>)
// BACK: graph.get @v
// BACK: call @reads(%{{[^,]+}}) : (tensor<2xf32>)
// BACK-LABEL: func.func private @reads(%{{[^:]+}}: tensor<2xf32>)
// BACK: graph.get @w
graph.parameter @w : tensor<2xf32> = dense<1.0> : tensor<2xf32>
graph.parameter @v : tensor<2xf32> = dense<1.0> : tensor<2xf32>
func.func @main(%x: tensor<2xf32>) -> tensor<2xf32> {
  %v = graph.get @v : tensor<2xf32>
  %0 = func.call @reads(%x) : (tensor<2xf32>) -> tensor<2xf32>
  %1 = graph.add %0, %v : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}
func.func private @reads(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w = graph.get @w : tensor<2xf32>
  %0 = graph.add %x, %w : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %again = graph.get @w : tensor<2xf32>
  %1 = graph.add %0, %again : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %1 : tensor<2xf32>
}
func.func @reads_nothing(%x: tensor<2xf32>) -> tensor<2xf32> {
  return %x : tensor<2xf32>
}

// -----

// Recursion passes its own parameters on.
// CHECK-LABEL: func.func private @recursive(
// CHECK-SAME: %[[C:[^:]+]]: i1, %[[W:[^:]+]]: tensor<2xf32>
// CHECK: call @recursive(%[[C]], %[[W]])
// BACK-LABEL: func.func private @recursive(%{{[^:]+}}: i1)
graph.parameter @w : tensor<2xf32> = dense<1.0> : tensor<2xf32>
func.func private @recursive(%c: i1) -> tensor<2xf32> {
  %w = graph.get @w : tensor<2xf32>
  %r = scf.if %c -> tensor<2xf32> {
    %0 = func.call @recursive(%c) : (i1) -> tensor<2xf32>
    scf.yield %0 : tensor<2xf32>
  } else {
    scf.yield %w : tensor<2xf32>
  }
  return %r : tensor<2xf32>
}

// -----

// State is an input like others, and weights stay.
// STATE-LABEL: func.func @steps(
// STATE-SAME: %[[X:[^:]+]]: tensor<2xf32>, %[[S:[^:]+]]: tensor<2xf32> {graph.name = "s"}) ->
// STATE: %[[W:.+]] = graph.get @w
// STATE: graph.add %[[S]], %[[W]]
graph.parameter @s {role = "buffer", mutable} : tensor<2xf32> = dense<0.0> : tensor<2xf32>
graph.parameter @w : tensor<2xf32> = dense<1.0> : tensor<2xf32>
func.func @steps(%x: tensor<2xf32>) -> (tensor<2xf32>, tensor<2xf32> {graph.name = "new.s"}) {
  %s = graph.get @s : tensor<2xf32>
  %w = graph.get @w : tensor<2xf32>
  %0 = graph.add %s, %w : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %1 = graph.mul %x, %0 : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %1, %0 : tensor<2xf32>, tensor<2xf32>
}
