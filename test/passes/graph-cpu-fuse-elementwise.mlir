// RUN: graph-opt %s --graph-cpu-fuse-elementwise --split-input-file | FileCheck %s

// CHECK-LABEL: func @named_ops_are_one
// CHECK: %[[ALL:.+]] = linalg.generic
// CHECK: math.exp
// CHECK: arith.mulf
// CHECK: arith.addf
// CHECK-NOT: linalg.generic
// CHECK: return %[[ALL]]
func.func @named_ops_are_one(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x4xf32>
  %e = tensor.empty(%n) : tensor<?x4xf32>
  %0 = linalg.exp ins(%x : tensor<?x4xf32>) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = linalg.mul ins(%0, %y : tensor<?x4xf32>, tensor<?x4xf32>) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  %2 = linalg.add ins(%1, %x : tensor<?x4xf32>, tensor<?x4xf32>) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %2 : tensor<?x4xf32>
}

// -----

// An exponential of each row's value would be computed for each element of the row.
// CHECK-LABEL: func @rows_are_computed_once
// CHECK: linalg.generic
// CHECK: math.exp
// CHECK: linalg.generic
// CHECK: arith.mulf
func.func @rows_are_computed_once(%x: tensor<8xf32>, %y: tensor<8x16xf32>) -> tensor<8x16xf32> {
  %e = tensor.empty() : tensor<8xf32>
  %0 = linalg.exp ins(%x : tensor<8xf32>) outs(%e : tensor<8xf32>) -> tensor<8xf32>
  %e1 = tensor.empty() : tensor<8x16xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%0, %y : tensor<8xf32>, tensor<8x16xf32>) outs(%e1 : tensor<8x16xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %p = arith.mulf %a, %b : f32
    linalg.yield %p : f32
  } -> tensor<8x16xf32>
  return %1 : tensor<8x16xf32>
}

// -----

// A reduction over nothing is its start, and what has no elements needs no loop.
// CHECK-LABEL: func @nothing
// CHECK: %[[START:.+]] = linalg.fill
// CHECK-NOT: linalg.generic
// CHECK: return %[[START]], %{{.+}} : tensor<2xf32>, tensor<2x0xf32>
func.func @nothing(%x: tensor<2x0xf32>) -> (tensor<2xf32>, tensor<2x0xf32>) {
  %c = arith.constant 1.0 : f32
  %e = tensor.empty() : tensor<2xf32>
  %0 = linalg.fill ins(%c : f32) outs(%e : tensor<2xf32>) -> tensor<2xf32>
  %1 = linalg.reduce {arith.addf} ins(%x : tensor<2x0xf32>) outs(%0 : tensor<2xf32>) dimensions = [1]
  %e1 = tensor.empty() : tensor<2x0xf32>
  %2 = linalg.exp ins(%x : tensor<2x0xf32>) outs(%e1 : tensor<2x0xf32>) -> tensor<2x0xf32>
  return %1, %2 : tensor<2xf32>, tensor<2x0xf32>
}

// -----

// The fill is what the loop has its size from.
// CHECK-LABEL: func @sum_of_a_fill
// CHECK: %[[FILL:.+]] = linalg.fill
// CHECK: linalg.generic
// CHECK-SAME: ins(%[[FILL]] : tensor<?xf32>)
func.func @sum_of_a_fill(%n: index, %c: f32, %init: tensor<f32>) -> tensor<f32> {
  %e = tensor.empty(%n) : tensor<?xf32>
  %0 = linalg.fill ins(%c : f32) outs(%e : tensor<?xf32>) -> tensor<?xf32>
  %1 = linalg.reduce {arith.addf} ins(%0 : tensor<?xf32>) outs(%init : tensor<f32>) dimensions = [0]
  return %1 : tensor<f32>
}
