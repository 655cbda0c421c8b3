// RUN: graph-opt %s "--graph-cpu-tile-groups=cpu=znver4" --canonicalize --cse --split-input-file | FileCheck %s

// A row at a time, with the sum of the row.
// CHECK-LABEL: func @rows
// CHECK: scf.forall (%{{.+}}) in (64)
// CHECK: linalg.fill
// CHECK: linalg.generic
// CHECK: arith.addf
// CHECK: linalg.generic
// CHECK: arith.divf
// CHECK: tensor.parallel_insert_slice %{{.+}} tensor<1x32xf32> into tensor<64x32xf32>
// CHECK-NOT: linalg
func.func @rows(%x: tensor<64x32xf32>) -> tensor<64x32xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<64xf32>) -> tensor<64xf32>
  %sum = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>], iterator_types = ["parallel", "reduction"]}
      ins(%x : tensor<64x32xf32>) outs(%f : tensor<64xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %s = arith.addf %acc, %a : f32
    linalg.yield %s : f32
  } -> tensor<64xf32>
  %e1 = tensor.empty() : tensor<64x32xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%x, %sum : tensor<64x32xf32>, tensor<64xf32>) outs(%e1 : tensor<64x32xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %d = arith.divf %a, %b : f32
    linalg.yield %d : f32
  } -> tensor<64x32xf32>
  return %0 : tensor<64x32xf32>
}

// -----

// A product and what is done with each of its elements, by blocks of 48 rows (a multiple of the register tile's 12).
// CHECK-LABEL: func @product
// CHECK: scf.forall (%{{.+}}) = (0) to (480) step ([[BLOCK:[0-9]+]])
// CHECK: linalg.fill {{.+}} -> tensor<[[BLOCK]]x512xf32>
// CHECK: linalg.generic
// CHECK: arith.mulf
// CHECK: linalg.generic
// CHECK: arith.maximumf
func.func @product(%x: tensor<480x512xf32>, %y: tensor<512x512xf32>) -> tensor<480x512xf32> {
  %zero = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<480x512xf32>
  %f = linalg.fill ins(%zero : f32) outs(%e : tensor<480x512xf32>) -> tensor<480x512xf32>
  %0 = linalg.generic {indexing_maps = [affine_map<(m, n, k) -> (m, k)>, affine_map<(m, n, k) -> (k, n)>, affine_map<(m, n, k) -> (m, n)>],
      iterator_types = ["parallel", "parallel", "reduction"]} ins(%x, %y : tensor<480x512xf32>, tensor<512x512xf32>) outs(%f : tensor<480x512xf32>) {
  ^bb0(%a: f32, %b: f32, %acc: f32):
    %p = arith.mulf %a, %b : f32
    %s = arith.addf %acc, %p : f32
    linalg.yield %s : f32
  } -> tensor<480x512xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(m, n) -> (m, n)>, affine_map<(m, n) -> (m, n)>], iterator_types = ["parallel", "parallel"]}
      ins(%0 : tensor<480x512xf32>) outs(%e : tensor<480x512xf32>) {
  ^bb0(%a: f32, %o: f32):
    %r = arith.maximumf %a, %zero : f32
    linalg.yield %r : f32
  } -> tensor<480x512xf32>
  return %1 : tensor<480x512xf32>
}

// -----

// A long sum is not split: its result would depend on the number of pieces.
// CHECK-LABEL: func @sum
// CHECK-NOT: scf.forall
func.func @sum(%x: tensor<10000000xf32>, %init: tensor<f32>) -> tensor<f32> {
  %0 = linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> ()>], iterator_types = ["reduction"]}
      ins(%x : tensor<10000000xf32>) outs(%init : tensor<f32>) {
  ^bb0(%a: f32, %acc: f32):
    %s = arith.addf %acc, %a : f32
    linalg.yield %s : f32
  } -> tensor<f32>
  return %0 : tensor<f32>
}

// -----

// Neither a loop over nothing nor one that shares its rows is tiled.
// CHECK-LABEL: func @nothing
// CHECK-NOT: scf.forall
func.func @nothing(%x: tensor<64x0xf32>) -> tensor<64x0xf32> {
  %c0 = arith.constant 0.0 : f32
  %e = tensor.empty() : tensor<64xf32>
  %0 = linalg.fill ins(%c0 : f32) outs(%e : tensor<64xf32>) -> tensor<64xf32>
  %1 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>],
      iterator_types = ["parallel", "reduction"]} ins(%x : tensor<64x0xf32>) outs(%0 : tensor<64xf32>) {
  ^bb0(%a: f32, %acc: f32):
    %s = arith.addf %acc, %a : f32
    linalg.yield %s : f32
  } -> tensor<64xf32>
  %e1 = tensor.empty() : tensor<64x0xf32>
  %2 = linalg.generic {indexing_maps = [affine_map<(i, j) -> (i, j)>, affine_map<(i, j) -> (i)>, affine_map<(i, j) -> (i, j)>],
      iterator_types = ["parallel", "parallel"]} ins(%x, %1 : tensor<64x0xf32>, tensor<64xf32>) outs(%e1 : tensor<64x0xf32>) {
  ^bb0(%a: f32, %b: f32, %o: f32):
    %d = arith.divf %a, %b : f32
    linalg.yield %d : f32
  } -> tensor<64x0xf32>
  return %2 : tensor<64x0xf32>
}
