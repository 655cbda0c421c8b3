// RUN: graph-opt %s "--graph-cpu-vectorize=cpu=znver4" --canonicalize --split-input-file | FileCheck %s --check-prefixes=CHECK,WIDE
// RUN: graph-opt %s "--graph-cpu-vectorize=cpu=x86-64" --canonicalize --split-input-file | FileCheck %s --check-prefixes=CHECK,BASE

// Full vectors, and the last elements by a mask, or one by one.
// CHECK-LABEL: func @elementwise
// WIDE: vector.store %{{.+}} vector<16xf32>
// WIDE: vector.maskedstore
// BASE: vector.store %{{.+}} vector<4xf32>
// BASE: memref.store
func.func @elementwise(%x: memref<?xf32>, %y: memref<?xf32>) {
  linalg.exp ins(%x : memref<?xf32>) outs(%y : memref<?xf32>)
  return
}

// -----

// Rows and columns are one loop where memory is one.
// CHECK-LABEL: func @collapsed
// CHECK: memref.collapse_shape
// CHECK: scf.for
// CHECK-NOT: scf.for
func.func @collapsed(%x: memref<64x48xf32>, %y: memref<64x48xf32>) {
  linalg.exp ins(%x : memref<64x48xf32>) outs(%y : memref<64x48xf32>)
  return
}

// -----

// The register tile of a product: accumulators in registers over k.
// CHECK-LABEL: func @matmul
// WIDE: scf.for {{.+}} -> (vector<16xf32>, {{.*}}vector<16xf32>)
// WIDE-COUNT-96: vector.fma
// BASE: arith.mulf {{.+}} vector<4xf32>
func.func @matmul(%a: memref<24x64xf32>, %b: memref<64x64xf32>, %c: memref<24x64xf32>) {
  linalg.matmul ins(%a, %b : memref<24x64xf32>, memref<64x64xf32>) outs(%c : memref<24x64xf32>)
  return
}

// -----

// What is no vector op becomes scalar loops.
// CHECK-LABEL: func @scalar
// CHECK: scf.for
// CHECK: scf.if
// CHECK-NOT: vector<
func.func @scalar(%x: memref<8xi32>, %y: memref<8xi32>) {
  %zero = arith.constant 0 : i32
  linalg.generic {indexing_maps = [affine_map<(i) -> (i)>, affine_map<(i) -> (i)>], iterator_types = ["parallel"]}
      ins(%x : memref<8xi32>) outs(%y : memref<8xi32>) {
  ^bb0(%a: i32, %o: i32):
    %is = arith.cmpi eq, %a, %zero : i32
    %r = scf.if %is -> i32 {
      scf.yield %zero : i32
    } else {
      %q = arith.divsi %a, %a : i32
      scf.yield %q : i32
    }
    linalg.yield %r : i32
  }
  return
}
