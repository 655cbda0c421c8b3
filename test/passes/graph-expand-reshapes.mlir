// RUN: graph-opt %s --graph-expand-reshapes | FileCheck %s

// CHECK-LABEL: func.func @several(
// CHECK-SAME: %[[X:.+]]: memref<?xf32>, %[[A:.+]]: index, %[[B:.+]]: index)
// CHECK: %[[BASE:.+]], %{{.*}}, %{{.*}}, %[[STRIDE:.+]] = memref.extract_strided_metadata %[[X]]
// CHECK: %[[FOUR:.+]] = arith.constant 4 : index
// CHECK: %[[INNER:.+]] = arith.muli %[[STRIDE]], %[[FOUR]]
// CHECK: %[[OUTER:.+]] = arith.muli %[[INNER]], %[[B]]
// CHECK: memref.reinterpret_cast %[[BASE]] to offset: [0], sizes: [%[[A]], %[[B]], 4], strides: [%[[OUTER]], 4, 1]
func.func @several(%x: memref<?xf32>, %a: index, %b: index) -> memref<?x?x4xf32> {
  %y = memref.expand_shape %x [[0, 1, 2]] output_shape [%a, %b, 4] : memref<?xf32> into memref<?x?x4xf32>
  return %y : memref<?x?x4xf32>
}

// One unknown size a group is upstream's.
// CHECK-LABEL: func.func @one(
// CHECK: memref.expand_shape
func.func @one(%x: memref<?x?xf32>, %a: index, %b: index) -> memref<?x4x?xf32> {
  %y = memref.expand_shape %x [[0, 1], [2]] output_shape [%a, 4, %b] : memref<?x?xf32> into memref<?x4x?xf32>
  return %y : memref<?x4x?xf32>
}
