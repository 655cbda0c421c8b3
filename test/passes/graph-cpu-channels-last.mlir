// RUN: graph-opt %s --pass-pipeline='builtin.module(func.func(graph-cpu-channels-last))' | FileCheck %s
// RUN: graph-opt %s --pass-pipeline='builtin.module(func.func(graph-cpu-channels-last,graph-cpu-channels-last))' | FileCheck %s

#x = affine_map<(n, f, y, c, i) -> (n, c, y + i)>
#w = affine_map<(n, f, y, c, i) -> (f, c, i)>
#r = affine_map<(n, f, y, c, i) -> (n, f, y)>
#id = affine_map<(n, f, y) -> (n, f, y)>
#channel = affine_map<(n, f, y) -> (f)>

// Two convolutions: between them the elementwise op and the padding work in the layout of the products.
// CHECK: #[[$X:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1 + d4, d3)>
// CHECK: #[[$R:.+]] = affine_map<(d0, d1, d2, d3, d4) -> (d0, d1, d2)>
// CHECK-LABEL: func.func @one_layout_inside
// CHECK-SAME: %[[ARG:.+]]: tensor<2x3x8xf32>,
func.func @one_layout_inside(%x: tensor<2x3x8xf32>, %w: tensor<4x3x3xf32>, %v: tensor<4x4x3xf32>, %bias: tensor<4xf32>) -> tensor<2x4x6xf32> {
  %zero = arith.constant 0.0 : f32
  // CHECK: linalg.transpose ins(%[[ARG]] : tensor<2x3x8xf32>) outs(%{{.+}} : tensor<2x8x3xf32>) permutation = [0, 2, 1]
  // CHECK: linalg.generic {indexing_maps = [#[[$X]], #{{.+}}, #[[$R]]]
  // CHECK-NOT: linalg.transpose
  %e = tensor.empty() : tensor<2x4x6xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %y = linalg.generic {indexing_maps = [#x, #w, #r], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%x, %w : tensor<2x3x8xf32>, tensor<4x3x3xf32>) outs(%f : tensor<2x4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %m : f32
    linalg.yield %s : f32
  } -> tensor<2x4x6xf32>
  %e2 = tensor.empty() : tensor<2x4x6xf32>
  %z = linalg.generic {indexing_maps = [#id, #channel, #id], iterator_types = ["parallel", "parallel", "parallel"]}
      ins(%y, %bias : tensor<2x4x6xf32>, tensor<4xf32>) outs(%e2 : tensor<2x4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %out: f32):
    %s = arith.addf %a, %b : f32
    linalg.yield %s : f32
  } -> tensor<2x4x6xf32>
  // CHECK: tensor.insert_slice %{{.+}} into %{{.+}}[0, 1, 0] [2, 6, 4] [1, 1, 1] : tensor<2x6x4xf32> into tensor<2x8x4xf32>
  %e3 = tensor.empty() : tensor<2x4x8xf32>
  %f3 = linalg.fill ins(%zero : f32) outs(%e3 : tensor<2x4x8xf32>) -> tensor<2x4x8xf32>
  %p = tensor.insert_slice %z into %f3[0, 0, 1] [2, 4, 6] [1, 1, 1] : tensor<2x4x6xf32> into tensor<2x4x8xf32>
  // CHECK-NOT: linalg.transpose
  // CHECK: %[[LAST:.+]] = linalg.generic {indexing_maps = [#[[$X]], #{{.+}}, #[[$R]]]
  %e4 = tensor.empty() : tensor<2x4x6xf32>
  %f4 = linalg.fill ins(%zero : f32) outs(%e4 : tensor<2x4x6xf32>) -> tensor<2x4x6xf32>
  %q = linalg.generic {indexing_maps = [#x, #w, #r], iterator_types = ["parallel", "parallel", "parallel", "reduction", "reduction"]}
      ins(%p, %v : tensor<2x4x8xf32>, tensor<4x4x3xf32>) outs(%f4 : tensor<2x4x6xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %m = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %m : f32
    linalg.yield %s : f32
  } -> tensor<2x4x6xf32>
  // CHECK: linalg.transpose ins(%[[LAST]] : tensor<2x6x4xf32>) outs(%{{.+}} : tensor<2x4x6xf32>) permutation = [0, 2, 1]
  return %q : tensor<2x4x6xf32>
}

#a = affine_map<(b, m, n, k) -> (b, m, k)>
#b = affine_map<(b, m, n, k) -> (b, k, n)>
#c = affine_map<(b, m, n, k) -> (b, m, n)>

// CHECK-LABEL: func.func @a_product_of_inputs_stays
func.func @a_product_of_inputs_stays(%x: tensor<2x3x5xf32>, %w: tensor<2x5x4xf32>, %init: tensor<2x3x4xf32>) -> tensor<2x3x4xf32> {
  // CHECK-NOT: linalg.transpose
  %y = linalg.generic {indexing_maps = [#a, #b, #c], iterator_types = ["parallel", "parallel", "parallel", "reduction"]}
      ins(%x, %w : tensor<2x3x5xf32>, tensor<2x5x4xf32>) outs(%init : tensor<2x3x4xf32>) {
  ^bb0(%p: f32, %q: f32, %acc: f32):
    %m = arith.mulf %p, %q : f32
    %s = arith.addf %acc, %m : f32
    linalg.yield %s : f32
  } -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}
