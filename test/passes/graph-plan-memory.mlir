// RUN: graph-opt %s --graph-plan-memory --cse --split-input-file --verify-diagnostics | FileCheck %s

// The third buffer takes the place of the first.
// CHECK-LABEL: func.func @share(
// CHECK-SAME: %[[ARENA:[^:]+]]: memref<?xi8> {graph.arena})
// CHECK-SAME: graph.arena = {buffers = 3 : i64, bytes = 128 : i64, lower_bound = 128 : i64, slots = 0 : i64, worker_bytes = 0 : i64}
// CHECK: memref.view %[[ARENA]][%[[FIRST:.+]]][] : memref<?xi8> to memref<16xf32>
// CHECK: memref.view
// CHECK: memref.view %[[ARENA]][%[[FIRST]]][] : memref<?xi8> to memref<10xf32>
// CHECK: func.func @share_arena(%{{.+}}: index) -> index
func.func @share(%ctx: !llvm.ptr {graph.ctx}, %x: memref<16xf32>) {
  %a = memref.alloc() : memref<16xf32>
  linalg.exp ins(%x : memref<16xf32>) outs(%a : memref<16xf32>)
  %b = memref.alloc() : memref<16xf32>
  linalg.exp ins(%a : memref<16xf32>) outs(%b : memref<16xf32>)
  %c = memref.alloc() : memref<10xf32>
  %s = memref.subview %b[0] [10] [1] : memref<16xf32> to memref<10xf32, strided<[1]>>
  linalg.exp ins(%s : memref<10xf32, strided<[1]>>) outs(%c : memref<10xf32>)
  return
}

// -----

// The size follows from the argument's, at the entry and in the function that the caller asks.
// CHECK-LABEL: func.func @dynamic(
// CHECK: slots = 1 : i64
// CHECK: memref.view %{{.+}}[%{{.+}}][%{{.+}}] : memref<?xi8> to memref<?xf32>
// CHECK: func.func @dynamic_arena(%[[N:.+]]: index, %{{.+}}: index) -> index
// CHECK: arith.muli %{{.+}}, %[[N]]
func.func @dynamic(%ctx: !llvm.ptr {graph.ctx}, %x: memref<?xf32>) {
  %c0 = arith.constant 0 : index
  %n = memref.dim %x, %c0 : memref<?xf32>
  %a = memref.alloc(%n) : memref<?xf32>
  linalg.exp ins(%x : memref<?xf32>) outs(%a : memref<?xf32>)
  linalg.exp ins(%a : memref<?xf32>) outs(%a : memref<?xf32>)
  return
}

// -----

// Each worker has a buffer of its own.
// CHECK: func.func private @go_worker() -> index
// CHECK-LABEL: func.func @workers(
// CHECK: worker_bytes = 64 : i64
// CHECK: scf.parallel
// CHECK: %[[W:.+]] = func.call @go_worker() : () -> index
// CHECK: arith.muli %[[W]]
// CHECK: func.func @workers_arena(%[[T:.+]]: index) -> index
// CHECK: arith.muli %[[T]]
func.func @workers(%ctx: !llvm.ptr {graph.ctx}, %x: memref<8x16xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c8 = arith.constant 8 : index
  scf.parallel (%i) = (%c0) to (%c8) step (%c1) {
    %a = memref.alloc() : memref<16xf32>
    %row = memref.subview %x[%i, 0] [1, 16] [1, 1] : memref<8x16xf32> to memref<16xf32, strided<[1], offset: ?>>
    linalg.exp ins(%row : memref<16xf32, strided<[1], offset: ?>>) outs(%a : memref<16xf32>)
    linalg.exp ins(%a : memref<16xf32>) outs(%row : memref<16xf32, strided<[1], offset: ?>>)
    scf.reduce
  }
  return
}

// -----

// A tile at the edge gets the room of a full one, not that of the last one.
// CHECK-LABEL: func.func @edge(
// CHECK: func.func @edge_arena(
// CHECK: %[[SIZE:.+]] = arith.constant 24 : index
// CHECK: arith.muli %{{.+}}, %[[SIZE]]
func.func @edge(%ctx: !llvm.ptr {graph.ctx}, %x: memref<128xf32>) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %c6 = arith.constant 6 : index
  scf.for %i = %c0 to %c6 step %c1 {
    %n = affine.min affine_map<(d0) -> (d0 * -24 + 128, 24)>(%i)
    %a = memref.alloc(%n) : memref<?xf32>
    linalg.exp ins(%a : memref<?xf32>) outs(%a : memref<?xf32>)
  }
  return
}

// -----

// CHECK-LABEL: func.func @data(
// CHECK: memref.alloc(
func.func @data(%ctx: !llvm.ptr {graph.ctx}, %x: memref<index>) {
  %n = memref.load %x[] : memref<index>
  // expected-remark @below {{buffer is not planned: its size depends on data}}
  %a = memref.alloc(%n) : memref<?xf32>
  linalg.exp ins(%a : memref<?xf32>) outs(%a : memref<?xf32>)
  return
}

// -----

// The size of a view is a size of what it views.
// CHECK-LABEL: func.func @view(
// CHECK: slots = 1 : i64
// CHECK-NOT: memref.alloc
func.func @view(%ctx: !llvm.ptr {graph.ctx}, %x: memref<?x4xf32>) {
  %c0 = arith.constant 0 : index
  %flat = memref.collapse_shape %x [[0, 1]] : memref<?x4xf32> into memref<?xf32>
  %n = memref.dim %flat, %c0 : memref<?xf32>
  %a = memref.alloc(%n) : memref<?xf32>
  linalg.exp ins(%flat : memref<?xf32>) outs(%a : memref<?xf32>)
  linalg.exp ins(%a : memref<?xf32>) outs(%a : memref<?xf32>)
  return
}
