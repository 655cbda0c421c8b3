// RUN: graph-opt --graph-dce --split-input-file %s | FileCheck %s

// CHECK-LABEL: func @unused_chain
// CHECK-NEXT: return %arg0
func.func @unused_chain(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.exp %x : tensor<4xf32>
  %1 = graph.exp %0 : tensor<4xf32>
  return %x : tensor<4xf32>
}

// -----

// CHECK-NOT: @unread
// CHECK: graph.parameter @read
// CHECK: graph.parameter @passed
// CHECK: graph.parameter @changed
graph.parameter @unread : tensor<f32> = dense<1.0> : tensor<f32>
graph.parameter @read : tensor<f32> = dense<1.0> : tensor<f32>
graph.parameter @passed : tensor<f32> = dense<1.0> : tensor<f32>
graph.parameter @changed {mutable} : tensor<f32> = dense<1.0> : tensor<f32>
func.func @parameters(%x: tensor<f32> {graph.weight = "passed"}) -> tensor<f32> {
  %r = graph.get @read : tensor<f32>
  %u = graph.get @unread : tensor<f32>
  return %r : tensor<f32>
}

// -----

// The second result of @callee is not read, so that its first argument is not needed, nor what feeds that.
// CHECK-LABEL: func @caller(%arg0: tensor<4xf32>)
// CHECK-NEXT: %[[R:.+]] = call @callee(%arg0) : (tensor<4xf32>) -> tensor<4xf32>
// CHECK-NEXT: return %[[R]]
func.func @caller(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = graph.exp %x : tensor<4xf32>
  %r:2 = func.call @callee(%e, %x) : (tensor<4xf32>, tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>)
  return %r#1 : tensor<4xf32>
}
// CHECK-LABEL: func private @callee(%arg0: tensor<4xf32>{{.*}}) -> tensor<4xf32>
// CHECK-NEXT: %[[N:.+]] = graph.neg %arg0
// CHECK-NEXT: return %[[N]]
func.func private @callee(%a: tensor<4xf32>, %b: tensor<4xf32> {graph.name = "b"}) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = graph.exp %a : tensor<4xf32>
  %1 = graph.neg %b : tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}
// CHECK-NOT: @nobody_calls
func.func private @nobody_calls(%a: tensor<4xf32>) -> tensor<4xf32> {
  %0 = func.call @only_dead_code_calls(%a) : (tensor<4xf32>) -> tensor<4xf32>
  return %0 : tensor<4xf32>
}
func.func private @only_dead_code_calls(%a: tensor<4xf32>) -> tensor<4xf32> {
  return %a : tensor<4xf32>
}

// -----

// A call without an effect goes when nobody uses its results; one with an effect stays.
// CHECK-LABEL: func @calls
// CHECK-NEXT: call @effect
// CHECK-NEXT: return
func.func @calls(%x: tensor<4xf32>, %c: i1) {
  %0 = func.call @no_effect(%x) : (tensor<4xf32>) -> tensor<4xf32>
  func.call @effect(%c) : (i1) -> ()
  return
}
// CHECK-NOT: @no_effect
func.func private @no_effect(%a: tensor<4xf32>) -> tensor<4xf32> {
  return %a : tensor<4xf32>
}
// CHECK: @effect
func.func private @effect(%c: i1) {
  cf.assert %c, "no"
  return
}

// -----

// What recursion passes round and nobody reads is not needed; the recursion itself may not end, and stays.
// CHECK-LABEL: func @starts
// CHECK-NEXT: call @recursive(%arg1)
func.func @starts(%x: tensor<4xf32>, %c: i1) {
  func.call @recursive(%x, %c) : (tensor<4xf32>, i1) -> ()
  return
}
// CHECK: func private @recursive(%arg0: i1)
func.func private @recursive(%x: tensor<4xf32>, %c: i1) {
  %e = graph.exp %x : tensor<4xf32>
  scf.if %c {
    func.call @recursive(%e, %c) : (tensor<4xf32>, i1) -> ()
  }
  return
}

// -----

// A function that is named otherwise than by a call keeps its signature.
// CHECK: func private @named(%arg0: tensor<4xf32>)
func.func private @named(%x: tensor<4xf32>) {
  return
}
func.func @names() attributes {handler = @named} {
  return
}
