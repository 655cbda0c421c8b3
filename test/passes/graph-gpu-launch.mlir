// RUN: graph-opt %s --pass-pipeline='builtin.module(func.func(graph-gpu-launch,canonicalize,cse))' | FileCheck %s

// A thread past the end of a shorter loop stays idle, and a barrier ends each loop.
// CHECK-LABEL: func.func @threads
// CHECK-DAG: %[[BLOCKS:.+]] = arith.constant 4 : index
// CHECK-DAG: %[[THREADS:.+]] = arith.constant 64 : index
// CHECK: gpu.launch blocks({{.*}}) in (%{{.+}} = %[[BLOCKS]], {{.*}}) threads(%[[T:[^,]+]], {{.*}}) in (%{{.+}} = %[[THREADS]],
// CHECK:   gpu.barrier
// CHECK:   arith.cmpi ult, %[[T]],
// CHECK:   scf.if
// CHECK:   gpu.barrier
func.func @threads(%x: memref<4x64xf32>, %y: memref<4x32xf32>) {
  %one = arith.constant 1.0 : f32
  scf.forall (%i) in (4) {
    scf.forall (%j) in (64) {
      memref.store %one, %x[%i, %j] : memref<4x64xf32>
    } {mapping = [#gpu.thread<x>]}
    scf.forall (%j) in (32) {
      memref.store %one, %y[%i, %j] : memref<4x32xf32>
    } {mapping = [#gpu.thread<x>]}
  } {mapping = [#gpu.block<x>]}
  return
}

// A body without threads goes to the 32 lanes of a warp: 128 elements are 4 a lane, and the sum five shuffles.
// CHECK-LABEL: func.func @warp
// CHECK: gpu.launch
// CHECK:   vector.transfer_read {{.*}} vector<4xf32>
// CHECK:   vector.reduction <add>, {{.*}} : vector<4xf32> into f32
// CHECK-COUNT-5: gpu.shuffle xor
// CHECK:   vector.transfer_write {{.*}} vector<4xf32>
// CHECK-NOT: gpu.warp_execute_on_lane_0
func.func @warp(%x: memref<8x128xf32>, %y: memref<8x128xf32>) {
  %zero = arith.constant 0.0 : f32
  %c0 = arith.constant 0 : index
  scf.forall (%i) in (8) {
    %row = vector.transfer_read %x[%i, %c0], %zero {in_bounds = [true]} : memref<8x128xf32>, vector<128xf32>
    %sum = vector.reduction <add>, %row : vector<128xf32> into f32
    %all = vector.broadcast %sum : f32 to vector<128xf32>
    %scaled = arith.divf %row, %all : vector<128xf32>
    vector.transfer_write %scaled, %y[%i, %c0] {in_bounds = [true]} : vector<128xf32>, memref<8x128xf32>
  } {mapping = [#gpu.block<x>]}
  return
}
