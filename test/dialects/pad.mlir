// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --canonicalize %s | FileCheck %s --check-prefix=CANON
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @fixed
// CHECK: graph.pad %{{.+}}, %{{.+}} low [1, 0] high [0, 2] : (tensor<4x3xf32>, tensor<f32>) -> tensor<5x5xf32>
// LINALG-LABEL: func.func @fixed
// LINALG: %[[FILLED:.+]] = linalg.fill
// LINALG: tensor.insert_slice %{{.+}} into %[[FILLED]][1, 0] [4, 3] [1, 1]
func.func @fixed(%x: tensor<4x3xf32>, %v: tensor<f32>) -> tensor<5x5xf32> {
  %y = graph.pad %x, %v low [1, 0] high [0, 2] : (tensor<4x3xf32>, tensor<f32>) -> tensor<5x5xf32>
  return %y : tensor<5x5xf32>
}

// CHECK-LABEL: func.func @dynamic
// CHECK: graph.pad %{{.+}}, %{{.+}} low [%{{.+}}] high [2] : (tensor<?xui8>, tensor<ui8>) -> tensor<?xui8>
func.func @dynamic(%x: tensor<?xui8>, %v: tensor<ui8>, %n: index) -> tensor<?xui8> {
  %y = graph.pad %x, %v low [%n] high [2] : (tensor<?xui8>, tensor<ui8>) -> tensor<?xui8>
  return %y : tensor<?xui8>
}

// CANON-LABEL: func.func @nothing
// CANON-SAME: (%[[X:.+]]: tensor<?xf32>
// CANON-NEXT: return %[[X]]
func.func @nothing(%x: tensor<?xf32>, %v: tensor<f32>) -> tensor<?xf32> {
  %y = graph.pad %x, %v low [0] high [0] : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}
