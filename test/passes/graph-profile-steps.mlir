// RUN: graph-opt %s --graph-profile-steps | FileCheck %s

// CHECK-DAG: llvm.mlir.global internal constant @f_step0("doubled\00")
// CHECK-DAG: llvm.mlir.global internal constant @f_step1("copied+graph-profile-steps.mlir:29\00")
// CHECK-DAG: llvm.mlir.global internal constant @f_step2("step 2\00")

// Arithmetic is no step but at the end, and neither is a loop inside of one.
// CHECK-LABEL: func.func @f(
// CHECK-SAME: %[[CTX:[a-z0-9]+]]: !llvm.ptr {graph.ctx}
// CHECK: %[[NONE:.+]] = llvm.mlir.zero : !llvm.ptr
// CHECK: %[[START:.+]] = llvm.mlir.constant(-1 : i64)
// CHECK: call @go_step(%[[CTX]], %[[START]], %[[NONE]])
// CHECK: scf.for
// CHECK: scf.for
// CHECK-NOT: go_step
// CHECK: %[[NAME:.+]] = llvm.mlir.addressof @f_step0
// CHECK: %[[FIRST:.+]] = llvm.mlir.constant(0 : i64)
// CHECK: call @go_step(%[[CTX]], %[[FIRST]], %[[NAME]])
// CHECK: memref.copy
// CHECK: call @go_step
// CHECK: call @helper
// CHECK: call @go_step
// CHECK: memref.store
// CHECK: call @go_step
// CHECK-NEXT: return
func.func @f(%ctx: !llvm.ptr {graph.ctx}, %x: memref<4x4xf32>, %y: memref<4x4xf32> {graph.result = 0 : i64}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c4 = arith.constant 4 : index
  scf.for %i = %c0 to %c4 step %c1 {
    scf.for %j = %c0 to %c4 step %c1 {
      %a = memref.load %x[%i, %j] : memref<4x4xf32>
      %b = arith.addf %a, %a : f32
      memref.store %b, %x[%i, %j] : memref<4x4xf32>
    }
  } loc("doubled")
  memref.copy %x, %y : memref<4x4xf32> to memref<4x4xf32> loc(fused["copied", "graph-profile-steps.mlir":29:3])
  call @helper() : () -> () loc(unknown)
  %last = arith.constant 1.0 : f32
  memref.store %last, %y[%c0, %c0] : memref<4x4xf32>
  return
}

// Without a context there is nobody to tell.
// CHECK-LABEL: func.func private @helper()
// CHECK-NEXT: return
// CHECK: func.func private @go_step(!llvm.ptr, i64, !llvm.ptr)
func.func private @helper() {
  return
}
