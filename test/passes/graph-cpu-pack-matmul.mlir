// RUN: graph-opt %s "--graph-cpu-pack-matmul=cpu=haswell" --split-input-file | FileCheck %s

// A weight in panels of 16 columns, with zeros behind column 20.
// CHECK-DAG: #[[$PACK:.+]] = affine_map<(d0, d1, d2) -> (d0 * 16 + d2, d1)>
// CHECK-DAG: #[[$B:.+]] = affine_map<(d0, d1, d2) -> (d1 floordiv 16, d2, d1 mod 16)>
// CHECK-LABEL: func @weight
// CHECK: %[[PAD:.+]] = tensor.pad %{{.+}} low[0, 0] high[12, 0]
// CHECK: %[[PACKED:.+]] = linalg.generic {indexing_maps = [#[[$PACK]], {{.+}} ins(%[[PAD]] : tensor<32x8xf32>) outs(%{{.+}} : tensor<2x8x16xf32>)
// CHECK: linalg.generic {indexing_maps = [#{{.+}}, #[[$B]], {{.+}} ins(%{{.+}}, %[[PACKED]] :
func.func @weight(%x: tensor<4x8xf32>, %w: tensor<20x8xf32> {graph.weight = "w"}) -> tensor<4x20xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<4x20xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<4x20xf32>) -> tensor<4x20xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %w : tensor<4x8xf32>, tensor<20x8xf32>) outs(%f : tensor<4x20xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<4x20xf32>
  return %0 : tensor<4x20xf32>
}

// -----

// Four rows do not pay for a copy of B.
// CHECK-LABEL: func @few_rows
// CHECK-NOT: tensor.pad
// CHECK-COUNT-1: linalg.generic
// CHECK-NOT: linalg.generic
func.func @few_rows(%x: tensor<4x8xf32>, %y: tensor<16x8xf32>, %init: tensor<4x16xf32>) -> tensor<4x16xf32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (n, k)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %y : tensor<4x8xf32>, tensor<16x8xf32>) outs(%init : tensor<4x16xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<4x16xf32>
  return %0 : tensor<4x16xf32>
}
