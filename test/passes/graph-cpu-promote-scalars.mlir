// RUN: graph-opt %s --graph-cpu-promote-scalars | FileCheck %s

// CHECK-LABEL: func @register
// CHECK-SAME: %[[X:.+]]: f32
// CHECK-NOT: memref.alloc
// CHECK: return %[[X]]
func.func @register(%x: f32) -> f32 {
  %c0 = arith.constant 0 : index
  %a = memref.alloc() : memref<1x1xf32>
  memref.store %x, %a[%c0, %c0] : memref<1x1xf32>
  %0 = memref.load %a[%c0, %c0] : memref<1x1xf32>
  return %0 : f32
}

// CHECK-LABEL: func @seen_elsewhere
// CHECK: memref.alloc()
func.func @seen_elsewhere(%x: f32) -> memref<1xf32> {
  %c0 = arith.constant 0 : index
  %a = memref.alloc() : memref<1xf32>
  memref.store %x, %a[%c0] : memref<1xf32>
  return %a : memref<1xf32>
}
