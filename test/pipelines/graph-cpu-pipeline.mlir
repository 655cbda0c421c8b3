// RUN: graph-opt %s "--graph-cpu-pipeline=cpu=znver4" --split-input-file | FileCheck %s
// RUN: graph-opt %s "--graph-cpu-pipeline=cpu=znver4 tile=false" --split-input-file | FileCheck %s --check-prefix=PLAIN

// Eight elementwise ops: one loop nest, no buffer.
// CHECK-LABEL: func.func @chain(
// CHECK-SAME: graph.arena = {buffers = 0 : i64, bytes = 0 : i64
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.view
// CHECK: scf.for
// CHECK: vector.load
// CHECK: vector.load
// CHECK: vector.store
// CHECK-NOT: scf.for
// CHECK: return
func.func @chain(%x: tensor<256x64xf32>, %y: tensor<256x64xf32>) -> tensor<256x64xf32> {
  %e = tensor.empty() : tensor<256x64xf32>
  %0 = linalg.add ins(%x, %y : tensor<256x64xf32>, tensor<256x64xf32>) outs(%e : tensor<256x64xf32>) -> tensor<256x64xf32>
  %1 = linalg.mul ins(%0, %x : tensor<256x64xf32>, tensor<256x64xf32>) outs(%e : tensor<256x64xf32>) -> tensor<256x64xf32>
  %2 = linalg.sub ins(%1, %y : tensor<256x64xf32>, tensor<256x64xf32>) outs(%e : tensor<256x64xf32>) -> tensor<256x64xf32>
  %3 = linalg.abs ins(%2 : tensor<256x64xf32>) outs(%e : tensor<256x64xf32>) -> tensor<256x64xf32>
  %4 = linalg.negf ins(%3 : tensor<256x64xf32>) outs(%e : tensor<256x64xf32>) -> tensor<256x64xf32>
  %5 = linalg.max ins(%4, %x : tensor<256x64xf32>, tensor<256x64xf32>) outs(%e : tensor<256x64xf32>) -> tensor<256x64xf32>
  %6 = linalg.square ins(%5 : tensor<256x64xf32>) outs(%e : tensor<256x64xf32>) -> tensor<256x64xf32>
  %7 = linalg.add ins(%6, %5 : tensor<256x64xf32>, tensor<256x64xf32>) outs(%e : tensor<256x64xf32>) -> tensor<256x64xf32>
  return %7 : tensor<256x64xf32>
}

// -----

// Softmax: one loop over rows; maximum and sum in registers, the exponentials in the result's row.
// CHECK-LABEL: func.func @softmax(
// CHECK-SAME: %[[X:[^:]+]]: memref<1024x512xf32>, %[[OUT:[^:]+]]: memref<1024x512xf32> {graph.result = 0 : i64}
// CHECK-SAME: graph.arena = {buffers = 0 : i64, bytes = 0 : i64
// CHECK-NOT: memref.alloc
// CHECK-NOT: memref.view
// CHECK: scf.parallel (%[[ROW:.+]]) =
// CHECK: memref.subview %[[X]][%[[ROW]], 0] [1, 512]
// CHECK: vector.reduction <maximumf>
// CHECK: %[[RESULT:.+]] = memref.subview %[[OUT]][%[[ROW]], 0] [1, 512]
// CHECK: vector.store %{{.+}}, %[[RESULT]]
// CHECK: vector.load %[[RESULT]]
// CHECK: vector.reduction <add>
// CHECK: arith.divf
// CHECK: vector.store %{{.+}}, %[[RESULT]]
// CHECK: graph.grain
// CHECK: return
func.func @softmax(%x: tensor<1024x512xf32>) -> tensor<1024x512xf32> {
  %ninf = arith.constant 0xFF800000 : f32
  %zero = arith.constant 0.0 : f32
  %rows = tensor.empty() : tensor<1024xf32>
  %start = linalg.fill ins(%ninf : f32) outs(%rows : tensor<1024xf32>) -> tensor<1024xf32>
  %max = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<1024x512xf32>) outs(%start : tensor<1024xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %r = arith.maximumf %acc, %a : f32
    linalg.yield %r : f32
  } -> tensor<1024xf32>
  %e = tensor.empty() : tensor<1024x512xf32>
  %exp = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%x, %max : tensor<1024x512xf32>, tensor<1024xf32>) outs(%e : tensor<1024x512xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %d = arith.subf %a, %b : f32
    %r = math.exp %d : f32
    linalg.yield %r : f32
  } -> tensor<1024x512xf32>
  %none = linalg.fill ins(%zero : f32) outs(%rows : tensor<1024xf32>) -> tensor<1024xf32>
  %sum = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%exp : tensor<1024x512xf32>) outs(%none : tensor<1024xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %r = arith.addf %acc, %a : f32
    linalg.yield %r : f32
  } -> tensor<1024xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%exp, %sum : tensor<1024x512xf32>, tensor<1024xf32>) outs(%e : tensor<1024x512xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %r = arith.divf %a, %b : f32
    linalg.yield %r : f32
  } -> tensor<1024x512xf32>
  return %0 : tensor<1024x512xf32>
}

// -----

// Two sums with a start that is alike: each in its own result.
// PLAIN-LABEL: func.func @sums(
// PLAIN-SAME: %[[A:[^:]+]]: memref<f32> {graph.result = 0 : i64}, %[[B:[^:]+]]: memref<f32> {graph.result = 1 : i64}
// PLAIN: memref.store %{{.+}}, %[[A]][]
// PLAIN: memref.store %{{.+}}, %[[B]][]
// CHECK-LABEL: func.func @sums(
// CHECK-SAME: %[[A:[^:]+]]: memref<f32> {graph.result = 0 : i64}, %[[B:[^:]+]]: memref<f32> {graph.result = 1 : i64}
// CHECK: memref.store %{{.+}}, %[[A]][]
// CHECK: memref.store %{{.+}}, %[[B]][]
func.func @sums(%x: tensor<32xf32>) -> (tensor<f32>, tensor<f32>) {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<f32>
  %start = linalg.fill ins(%zero : f32) outs(%e : tensor<f32>) -> tensor<f32>
  %0 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%x : tensor<32xf32>) outs(%start : tensor<f32>) {
  ^bb0(%a: f32, %acc: f32):
    %r = arith.addf %acc, %a : f32
    linalg.yield %r : f32
  } -> tensor<f32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%x : tensor<32xf32>) outs(%start : tensor<f32>) {
  ^bb0(%a: f32, %acc: f32):
    %r = arith.maximumf %acc, %a : f32
    linalg.yield %r : f32
  } -> tensor<f32>
  return %0, %1 : tensor<f32>, tensor<f32>
}
