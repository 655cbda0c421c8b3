// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --canonicalize %s | FileCheck %s --check-prefix=CANON
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @fixed
// CHECK: graph.slice %{{.+}} starts [0, 1] sizes [4, 2] steps [1, 2] : tensor<4x6xf32> -> tensor<4x2xf32>
// LINALG-LABEL: func.func @fixed
// LINALG: tensor.extract_slice %{{.+}}[0, 1] [4, 2] [1, 2]
func.func @fixed(%x: tensor<4x6xf32>) -> tensor<4x2xf32> {
  %y = graph.slice %x starts [0, 1] sizes [4, 2] steps [1, 2] : tensor<4x6xf32> -> tensor<4x2xf32>
  return %y : tensor<4x2xf32>
}

// A start out of range is moved into it.
// LINALG-LABEL: func.func @start_is_moved
// LINALG: tensor.extract_slice %{{.+}}[3] [3] [1]
func.func @start_is_moved(%x: tensor<6xf32>) -> tensor<3xf32> {
  %y = graph.slice %x starts [100] sizes [3] steps [1] : tensor<6xf32> -> tensor<3xf32>
  return %y : tensor<3xf32>
}

// CHECK-LABEL: func.func @dynamic
// CHECK-SAME: (%{{.+}}: tensor<?xi8>, %[[START:.+]]: index, %[[SIZE:.+]]: index)
// CHECK: graph.slice %{{.+}} starts [%[[START]]] sizes [%[[SIZE]]] steps [1] : tensor<?xi8> -> tensor<?xi8>
// LINALG-LABEL: func.func @dynamic
// LINALG: arith.minsi
// LINALG: arith.maxsi
// LINALG: tensor.extract_slice
func.func @dynamic(%x: tensor<?xi8>, %start: index, %size: index) -> tensor<?xi8> {
  %y = graph.slice %x starts [%start] sizes [%size] steps [1] : tensor<?xi8> -> tensor<?xi8>
  return %y : tensor<?xi8>
}

// LINALG-LABEL: func.func @backwards
// LINALG: %[[VIEW:.+]] = tensor.extract_slice %{{.+}}[0] [6] [1]
// LINALG: tensor.extract %[[VIEW]]
func.func @backwards(%x: tensor<6xf32>) -> tensor<6xf32> {
  %y = graph.slice %x starts [5] sizes [6] steps [-1] : tensor<6xf32> -> tensor<6xf32>
  return %y : tensor<6xf32>
}

// CANON-LABEL: func.func @whole
// CANON-SAME: (%[[X:.+]]: tensor<4x6xf32>)
// CANON-NEXT: return %[[X]]
func.func @whole(%x: tensor<4x6xf32>) -> tensor<4x6xf32> {
  %y = graph.slice %x starts [0, 0] sizes [4, 6] steps [1, 1] : tensor<4x6xf32> -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}
