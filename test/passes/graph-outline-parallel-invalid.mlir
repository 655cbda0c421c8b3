// RUN: graph-opt %s --graph-outline-parallel --split-input-file --verify-diagnostics

func.func @two_dimensions(%ctx: !llvm.ptr {graph.ctx}, %n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error @below {{expected one dimension, no reduction and an integer as graph.grain}}
  scf.parallel (%i, %j) = (%c0, %c0) to (%n, %n) step (%c1, %c1) {
    scf.reduce
  } {graph.grain = 8 : i64}
  return
}

// -----

func.func @no_context(%n: index) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  // expected-error @below {{expected the enclosing function to have the context as its first argument}}
  scf.parallel (%i) = (%c0) to (%n) step (%c1) {
    scf.reduce
  } {graph.grain = 8 : i64}
  return
}

// -----

// expected-error @below {{expected a declaration of the runtime's function}}
func.func @go_worker() -> index {
  %c0 = arith.constant 0 : index
  return %c0 : index
}
