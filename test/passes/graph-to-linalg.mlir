// RUN: graph-opt %s --graph-to-linalg --split-input-file | FileCheck %s

// An elementwise op becomes one linalg.generic; an operand of size 1 is read at 0.
// CHECK-DAG: #[[$ID:.+]] = affine_map<(d0, d1) -> (d0, d1)>
// CHECK-DAG: #[[$ROW:.+]] = affine_map<(d0, d1) -> (0, d1)>
// CHECK-LABEL: func.func @broadcasts
// CHECK-SAME: (%[[A:.+]]: tensor<4x3xf32>, %[[B:.+]]: tensor<1x3xf32>)
func.func @broadcasts(%a: tensor<4x3xf32>, %b: tensor<1x3xf32>) -> tensor<4x3xf32> {
  // CHECK: linalg.generic {{.*}}indexing_maps = [#[[$ID]], #[[$ROW]], #[[$ID]]]
  // CHECK-SAME: ins(%[[A]], %[[B]]
  // CHECK: arith.addf
  // CHECK-NOT: graph.
  %y = graph.add %a, %b : (tensor<4x3xf32>, tensor<1x3xf32>) -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}

// -----

// Signs leave the types and stay in the arithmetic.
// CHECK-LABEL: func.func @strips_signs
// CHECK-SAME: tensor<4xi32>
func.func @strips_signs(%a: tensor<4xui32>, %b: tensor<4xui32>) -> tensor<4xui32> {
  // CHECK: linalg.generic
  // CHECK: arith.maxui
  %y = graph.max %a, %b : (tensor<4xui32>, tensor<4xui32>) -> tensor<4xui32>
  // CHECK: return %{{.+}} : tensor<4xi32>
  return %y : tensor<4xui32>
}

// -----

// f16 computes in f32 and rounds at the result.
// CHECK-LABEL: func.func @computes_halves_in_f32
func.func @computes_halves_in_f32(%x: tensor<?xf16>) -> tensor<?xf16> {
  // CHECK: arith.extf %{{.+}} : f16 to f32
  // CHECK: math.sqrt %{{.+}} : f32
  // CHECK: arith.truncf %{{.+}} : f32 to f16
  %y = graph.sqrt %x : tensor<?xf16>
  return %y : tensor<?xf16>
}
