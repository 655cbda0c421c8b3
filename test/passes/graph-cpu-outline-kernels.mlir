// RUN: graph-opt %s --graph-cpu-outline-kernels | FileCheck %s

// Two products that are alike are one function, with the start of the sum.
// CHECK-LABEL: func.func @two(
// CHECK: call @[[KERNEL:.+]](%{{.+}}, %{{.+}}, %{{.+}}) :
// CHECK: call @[[KERNEL]](
// CHECK: func.func private @[[KERNEL]](%{{.+}}: memref<8x8xf32>, %{{.+}}: memref<8x8xf32>, %[[C:.+]]: memref<8x8xf32>) attributes {passthrough = ["noinline"]}
// CHECK: linalg.fill {{.+}} outs(%[[C]] :
// CHECK: linalg.generic
// CHECK-NOT: func.func private
#a = affine_map<(m, n, k) -> (m, k)>
#b = affine_map<(m, n, k) -> (k, n)>
#c = affine_map<(m, n, k) -> (m, n)>
func.func @two(%x: memref<8x8xf32>, %y: memref<8x8xf32>, %z: memref<8x8xf32>, %r: memref<8x8xf32>) {
  %zero = arith.constant 0.0 : f32
  linalg.fill ins(%zero : f32) outs(%z : memref<8x8xf32>)
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%x, %y : memref<8x8xf32>, memref<8x8xf32>) outs(%z : memref<8x8xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  }
  linalg.fill ins(%zero : f32) outs(%r : memref<8x8xf32>)
  linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "reduction"]}
      ins(%z, %y : memref<8x8xf32>, memref<8x8xf32>) outs(%r : memref<8x8xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  }
  return
}
