// RUN: graph-opt %s --graph-cpu-expand-dynamic-shapes --canonicalize | FileCheck %s

// CHECK-LABEL: func @several
// CHECK-SAME: %[[X:.+]]: memref<?xf32>, %[[N:.+]]: index, %[[M:.+]]: index
// CHECK: %[[STRIDE:.+]] = arith.muli %[[M]], %{{.+}} : index
// CHECK: memref.reinterpret_cast %[[X]] to offset: [0], sizes: [%[[N]], %[[M]], 32], strides: [%[[STRIDE]], 32, 1]
func.func @several(%x: memref<?xf32>, %n: index, %m: index) -> memref<?x?x32xf32> {
  %0 = memref.expand_shape %x [[0, 1, 2]] output_shape [%n, %m, 32] : memref<?xf32> into memref<?x?x32xf32>
  return %0 : memref<?x?x32xf32>
}

// CHECK-LABEL: func @one
// CHECK: memref.expand_shape
func.func @one(%x: memref<?xf32>, %n: index) -> memref<?x32xf32> {
  %0 = memref.expand_shape %x [[0, 1]] output_shape [%n, 32] : memref<?xf32> into memref<?x32xf32>
  return %0 : memref<?x32xf32>
}
