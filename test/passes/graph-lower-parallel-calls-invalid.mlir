// RUN: graph-opt %s --graph-lower-parallel-calls --split-input-file --verify-diagnostics

llvm.func @no_status(%ctx: !llvm.ptr) {
  %zero = llvm.mlir.constant(0 : i64) : i64
  // expected-error @below {{expected begin, end and worker as operands and a status as result}}
  llvm.call @body(%zero, %zero, %zero) {graph.parallel = 8 : i64} : (i64, i64, i64) -> ()
  llvm.return
}
llvm.func @body(i64, i64, i64)

// -----

llvm.func @no_context(%n: i64) -> i32 {
  // expected-error @below {{expected the enclosing function to have the context as its first argument}}
  %s = llvm.call @body(%n, %n, %n) {graph.parallel = 8 : i64} : (i64, i64, i64) -> i32
  llvm.return %s : i32
}
llvm.func @body(i64, i64, i64) -> i32
