// RUN: graph-opt %s --pass-pipeline='builtin.module(func.func(graph-gpu-tile,canonicalize,cse))' --split-input-file --verify-diagnostics | FileCheck %s

#id = affine_map<(i, j) -> (i, j)>

// One loop over all elements: 1024 a block, 4 a thread.
// CHECK-LABEL: func.func @elementwise
// CHECK: scf.forall {{.*}} = (0) to (32768) step (1024)
// CHECK:   scf.forall {{.*}} = (0) to (1024) step (4)
// CHECK:     linalg.generic {{.*}} ins(%{{.*}}, %{{.*}} : tensor<4xf32>, tensor<4xf32>)
// CHECK:   {mapping = [#gpu.thread<x>]}
// CHECK: {mapping = [#gpu.block<x>]}
func.func @elementwise(%a: tensor<64x512xf32>, %b: tensor<64x512xf32>) -> tensor<64x512xf32> {
  %empty = tensor.empty() : tensor<64x512xf32>
  %y = linalg.generic {indexing_maps = [#id, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%a, %b : tensor<64x512xf32>, tensor<64x512xf32>) outs(%empty : tensor<64x512xf32>) {
  ^bb0(%x0: f32, %x1: f32, %out: f32):
    %s = arith.addf %x0, %x1 : f32
    linalg.yield %s : f32
  } -> tensor<64x512xf32>
  return %y : tensor<64x512xf32>
}

// -----

// Tiles divide their axes: 60 columns in blocks of 60, threads of 4; 7 rows in one block, threads of 1.
// CHECK-LABEL: func.func @contraction
// CHECK: scf.forall {{.*}} = (0, 0) to (7, 60) step (7, 60)
// CHECK:   scf.forall {{.*}} = (0, 0) to (7, 60) step (1, 4)
// CHECK:     linalg.fill
// CHECK:     scf.for
// CHECK:       linalg.matmul {{.*}} tensor<1x8xf32>, tensor<8x4xf32>
func.func @contraction(%a: tensor<7x32xf32>, %b: tensor<32x60xf32>) -> tensor<7x60xf32> {
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<7x60xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<7x60xf32>) -> tensor<7x60xf32>
  %y = linalg.matmul ins(%a, %b : tensor<7x32xf32>, tensor<32x60xf32>) outs(%init : tensor<7x60xf32>) -> tensor<7x60xf32>
  return %y : tensor<7x60xf32>
}

// -----

func.func @dynamic(%a: tensor<?xf32>, %init: tensor<?xf32>) -> tensor<?xf32> {
  // expected-error @below {{expected static sizes: target cuda takes no others yet}}
  %y = linalg.exp ins(%a : tensor<?xf32>) outs(%init : tensor<?xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// -----

func.func @reduces_first_axis(%a: tensor<8x32xf32>, %init: tensor<32xf32>) -> tensor<32xf32> {
  // expected-error @below {{expected a reduction along the last axis: target cuda takes no others yet}}
  %y = linalg.reduce {arith.addf} ins(%a : tensor<8x32xf32>) outs(%init : tensor<32xf32>) dimensions = [0]
  return %y : tensor<32xf32>
}

// -----

func.func @ragged_rows(%a: tensor<8x33xf32>, %init: tensor<8xf32>) -> tensor<8xf32> {
  // expected-error @below {{expected rows of a multiple of 32 elements and at most 2048, got 33}}
  %y = linalg.reduce {arith.addf} ins(%a : tensor<8x33xf32>) outs(%init : tensor<8xf32>) dimensions = [1]
  return %y : tensor<8xf32>
}
