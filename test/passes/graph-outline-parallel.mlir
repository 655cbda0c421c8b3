// RUN: graph-opt %s --graph-outline-parallel --split-input-file | FileCheck %s

// The body becomes a function of begin, end, worker and what it captures; constants are made again there.
// CHECK-LABEL: func.func @captures(
// CHECK-SAME: %{{.*}}: !llvm.ptr, %[[X:.+]]: memref<?xf32>, %[[N:.+]]: index
// CHECK: %[[COUNT:.+]] = arith.ceildivsi
// CHECK: %[[ZERO:.+]] = arith.constant 0 : index
// CHECK: call @captures_loop(%[[ZERO]], %[[COUNT]], %[[ZERO]], %[[X]]) {graph.parallel = 8 : i64}
// CHECK-NOT: scf.parallel
// CHECK: func.func private @captures_loop(%[[BEGIN:.+]]: index, %[[END:.+]]: index, %[[WORKER:.+]]: index, %[[CAPTURED:.+]]: memref<?xf32>)
// CHECK: scf.for %[[I:.+]] = %[[BEGIN]] to %[[END]]
// CHECK: %[[SCALED:.+]] = arith.muli %[[I]], %{{.*}}
// CHECK: %[[AT:.+]] = arith.addi %{{.*}}, %[[SCALED]]
// CHECK: %[[F:.+]] = arith.index_cast %[[WORKER]]
// CHECK: memref.store %{{.*}}, %[[CAPTURED]][%[[AT]]]
func.func private @go_worker() -> index
func.func @captures(%ctx: !llvm.ptr {graph.ctx}, %x: memref<?xf32>, %n: index) {
  %two = arith.constant 2 : index
  scf.parallel (%i) = (%two) to (%n) step (%two) {
    %w = func.call @go_worker() : () -> index
    %wi = arith.index_cast %w : index to i64
    %f = arith.sitofp %wi : i64 to f32
    memref.store %f, %x[%i] : memref<?xf32>
    scf.reduce
  } {graph.grain = 8 : i64}
  return
}

// -----

// Outside of parallel loops the worker is 0; loops without the attribute, and those inside of a parallel one, stay.
// CHECK-LABEL: func.func @stays(
// CHECK: %[[ZERO:.+]] = arith.constant 0 : index
// CHECK: memref.store %[[ZERO]]
// CHECK: scf.parallel
// CHECK: func.func private @stays_loop
// CHECK: scf.for
// CHECK: scf.parallel
func.func private @go_worker() -> index
func.func @stays(%ctx: !llvm.ptr {graph.ctx}, %x: memref<16xindex>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c16 = arith.constant 16 : index
  %w = func.call @go_worker() : () -> index
  memref.store %w, %x[%c0] : memref<16xindex>
  scf.parallel (%i) = (%c0) to (%c16) step (%c1) {
    memref.store %i, %x[%i] : memref<16xindex>
    scf.reduce
  }
  scf.parallel (%i) = (%c0) to (%c16) step (%c1) {
    scf.parallel (%j) = (%c0) to (%c16) step (%c1) {
      memref.store %i, %x[%j] : memref<16xindex>
      scf.reduce
    } {graph.grain = 1 : i64}
    scf.reduce
  } {graph.grain = 1 : i64}
  return
}
