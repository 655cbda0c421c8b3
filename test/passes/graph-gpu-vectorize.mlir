// RUN: graph-opt %s --pass-pipeline='builtin.module(func.func(graph-gpu-tile,canonicalize,cse,graph-gpu-vectorize,canonicalize,cse))' | FileCheck %s

// The accumulator stays in registers along k, and the product is a chain of fma.
// CHECK-LABEL: func.func @contraction
// CHECK: %[[ZERO:.+]] = arith.constant dense<0.000000e+00> : vector<4x4xf32>
// CHECK: scf.for {{.*}} iter_args(%{{.+}} = %[[ZERO]]) -> (vector<4x4xf32>)
// CHECK-COUNT-32: vector.fma
// CHECK-NOT: linalg
func.func @contraction(%a: tensor<64x32xf32>, %b: tensor<32x64xf32>) -> tensor<64x64xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<64x64xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<64x64xf32>) -> tensor<64x64xf32>
  %y = linalg.matmul ins(%a, %b : tensor<64x32xf32>, tensor<32x64xf32>) outs(%init : tensor<64x64xf32>) -> tensor<64x64xf32>
  return %y : tensor<64x64xf32>
}

// A row is one vector.
// CHECK-LABEL: func.func @row_sums
// CHECK: vector.transfer_read {{.*}} vector<128xf32>
// CHECK: vector.reduction <add>
func.func @row_sums(%a: tensor<8x128xf32>) -> tensor<8xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<8xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<8xf32>) -> tensor<8xf32>
  %y = linalg.reduce {arith.addf} ins(%a : tensor<8x128xf32>) outs(%init : tensor<8xf32>) dimensions = [1]
  return %y : tensor<8xf32>
}
