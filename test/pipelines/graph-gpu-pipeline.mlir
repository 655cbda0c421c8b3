// RUN: graph-opt %s --pass-pipeline='builtin.module(graph-to-linalg,graph-gpu-pipeline{chip=sm_90})' | FileCheck %s

// 16-byte accesses, four elements a thread.
// CHECK: gpu.launch_func @add_kernel::@add_kernel
// CHECK: gpu.binary @add_kernel
// CHECK-SAME: .target sm_90
// CHECK-SAME: .visible .entry add_kernel
// CHECK-SAME: ld.global.v4
// CHECK-SAME: add.rn.f32
// CHECK-SAME: st.global.v4
func.func @add(%a: tensor<64x512xf32>, %b: tensor<64x512xf32>) -> tensor<64x512xf32> {
  %y = graph.add %a, %b : (tensor<64x512xf32>, tensor<64x512xf32>) -> tensor<64x512xf32>
  return %y : tensor<64x512xf32>
}

// A thread keeps 4 x 4 of the result in registers.
// CHECK: gpu.binary @matmul_kernel
// CHECK-SAME: ld.global.v4
// CHECK-SAME: fma.rn.f32
func.func @matmul(%a: tensor<128x256xf32>, %b: tensor<256x192xf32>) -> tensor<128x192xf32> {
  %y = graph.matmul %a, %b : (tensor<128x256xf32>, tensor<256x192xf32>) -> tensor<128x192xf32>
  return %y : tensor<128x192xf32>
}

// A warp takes a row: shuffles and no shared memory, and no call of a function that only the toolkit has.
// CHECK: gpu.binary @softmax_kernel
// CHECK-NOT: __nv_
// CHECK-SAME: shfl.sync.bfly
// CHECK-SAME: st.global.v4
func.func @softmax(%x: tensor<8x128xf32>) -> tensor<8x128xf32> {
  %y = graph.softmax %x axis 1 : tensor<8x128xf32>
  return %y : tensor<8x128xf32>
}
