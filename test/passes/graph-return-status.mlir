// RUN: graph-opt %s --graph-return-status | FileCheck %s

// Equal messages share a number.
// CHECK: module attributes {graph.messages = ["first", "second"]}

// CHECK-LABEL: func.func @asserts(
// CHECK-SAME: %[[A:.+]]: i1, %[[B:.+]]: i1) -> i32
// CHECK: %[[ONE:.+]] = arith.constant 1 : i32
// CHECK: cf.cond_br %[[A]], ^[[NEXT:.+]], ^[[FAIL:.+]](%[[ONE]] : i32)
// CHECK: ^[[NEXT]]:
// CHECK: %[[TWO:.+]] = arith.constant 2 : i32
// CHECK: cf.cond_br %[[B]], ^[[DONE:.+]], ^[[FAIL]](%[[TWO]] : i32)
// CHECK: ^[[DONE]]:
// CHECK: %[[ZERO:.+]] = arith.constant 0 : i32
// CHECK: return %[[ZERO]] : i32
// CHECK: ^[[FAIL]](%[[STATUS:.+]]: i32):
// CHECK: return %[[STATUS]] : i32
func.func @asserts(%a: i1, %b: i1) {
  cf.assert %a, "first"
  cf.assert %b, "second"
  return
}

// CHECK-LABEL: func.func @calls(
// CHECK-SAME: -> (index, i32)
// CHECK: %[[RESULTS:.+]]:2 = call @called(%{{.*}}) {graph.parallel = 4 : i64}
// CHECK: %[[OK:.+]] = arith.cmpi eq, %[[RESULTS]]#1, %{{.*}}
// CHECK: cf.cond_br %[[OK]], ^[[NEXT:.+]], ^[[FAIL:.+]](%[[RESULTS]]#1 : i32)
// CHECK: ^[[NEXT]]:
// CHECK: %[[F:.+]] = call @expf
// CHECK-NOT: cond_br
// CHECK: return %[[RESULTS]]#0, %{{.*}} : index, i32
// CHECK: ^[[FAIL]](%[[STATUS:.+]]: i32):
// CHECK: return %{{.*}}, %[[STATUS]] : index, i32
func.func @calls(%a: i1, %x: f32) -> index {
  %r = func.call @called(%a) {graph.parallel = 4 : i64} : (i1) -> index
  %f = func.call @expf(%x) : (f32) -> f32
  return %r : index
}

// CHECK: func.func private @called(%{{.*}}: i1) -> (index, i32)
func.func private @called(%a: i1) -> index {
  cf.assert %a, "first"
  %c = arith.constant 7 : index
  return %c : index
}

// A declaration is somebody else's function.
// CHECK: func.func private @expf(f32) -> f32
func.func private @expf(f32) -> f32

// Nothing can fail: there is no block for it.
// CHECK-LABEL: func.func @plain() -> i32
// CHECK-NEXT: arith.constant 0
// CHECK-NEXT: return
// CHECK-NEXT: }
func.func @plain() {
  return
}
