// RUN: graph-opt %s --graph-lower-parallel-calls | FileCheck %s

// CHECK: llvm.func @go_parallel_for(!llvm.ptr, !llvm.ptr, !llvm.ptr, i64, i64) -> i32

// The structure lies in the entry block, so that a loop around the call doesn't grow the stack.
// CHECK-LABEL: llvm.func @caller(
// CHECK-SAME: %[[CTX:.+]]: !llvm.ptr, %[[X:.+]]: !llvm.ptr, %[[N:.+]]: i64)
// CHECK: %[[DATA:.+]] = llvm.alloca %{{.*}} x !llvm.struct<(ptr, i64)>
// CHECK: llvm.br
// CHECK: %[[FIELD:.+]] = llvm.getelementptr %[[DATA]][0, 0]
// CHECK: llvm.store %[[X]], %[[FIELD]]
// CHECK: %[[BODY:.+]] = llvm.mlir.addressof @body_entry
// CHECK: %[[GRAIN:.+]] = llvm.mlir.constant(8 : i64)
// CHECK: %[[S:.+]] = llvm.call @go_parallel_for(%[[CTX]], %[[BODY]], %[[DATA]], %[[N]], %[[GRAIN]])
// CHECK: llvm.return %[[S]]
llvm.func @caller(%ctx: !llvm.ptr, %x: !llvm.ptr, %n: i64) -> i32 {
  %zero = llvm.mlir.constant(0 : i64) : i64
  llvm.br ^next
^next:
  %s = llvm.call @body(%zero, %n, %zero, %x, %n) {graph.parallel = 8 : i64} : (i64, i64, i64, !llvm.ptr, i64) -> i32
  llvm.return %s : i32
}

// CHECK-LABEL: llvm.func @body(
llvm.func @body(%begin: i64, %end: i64, %worker: i64, %x: !llvm.ptr, %n: i64) -> i32 {
  %status = llvm.mlir.constant(0 : i32) : i32
  llvm.return %status : i32
}

// CHECK: llvm.func internal @body_entry(%[[D:.+]]: !llvm.ptr, %[[B:.+]]: i64, %[[E:.+]]: i64, %[[W:.+]]: i64) -> i32
// CHECK: %[[CAPTURED:.+]] = llvm.load %{{.*}} : !llvm.ptr -> !llvm.ptr
// CHECK: %[[SIZE:.+]] = llvm.load %{{.*}} : !llvm.ptr -> i64
// CHECK: %[[R:.+]] = llvm.call @body(%[[B]], %[[E]], %[[W]], %[[CAPTURED]], %[[SIZE]])
// CHECK: llvm.return %[[R]]
