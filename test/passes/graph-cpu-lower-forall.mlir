// RUN: graph-opt %s "--graph-cpu-lower-forall=cpu=znver4" | FileCheck %s
// RUN: graph-opt %s "--graph-cpu-lower-forall=cpu=znver4 threads=false" | FileCheck %s --check-prefix=ONE

// CHECK-LABEL: func @much
// CHECK: scf.parallel
// CHECK: graph.grain = {{[0-9]+}} : i64
// ONE-LABEL: func @much
// ONE-NOT: scf.parallel
// ONE: scf.for
func.func @much(%x: memref<160x100000xf32>) {
  %v = arith.constant 1.0 : f32
  scf.forall (%i) in (160) {
    %row = memref.subview %x[%i, 0] [1, 100000] [1, 1] : memref<160x100000xf32> to memref<1x100000xf32, strided<[100000, 1], offset: ?>>
    linalg.fill ins(%v : f32) outs(%row : memref<1x100000xf32, strided<[100000, 1], offset: ?>>)
  }
  return
}

// CHECK-LABEL: func @little
// CHECK-NOT: scf.parallel
// CHECK: scf.for
func.func @little(%x: memref<4x4x8xf32>) {
  %v = arith.constant 1.0 : f32
  scf.forall (%i, %j) in (4, 4) {
    %row = memref.subview %x[%i, %j, 0] [1, 1, 8] [1, 1, 1] : memref<4x4x8xf32> to memref<8xf32, strided<[1], offset: ?>>
    linalg.fill ins(%v : f32) outs(%row : memref<8xf32, strided<[1], offset: ?>>)
  }
  return
}
