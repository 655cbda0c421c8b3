// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --canonicalize %s | FileCheck %s --check-prefix=CANON
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @split
// CHECK: graph.reshape %{{.+}} [2, -1, 4] : tensor<6x4xf32> -> tensor<2x3x4xf32>
// LINALG-LABEL: func.func @split
// LINALG: tensor.expand_shape %{{.+}} {{\[\[}}0, 1], [2]] output_shape [2, 3, 4]
func.func @split(%x: tensor<6x4xf32>) -> tensor<2x3x4xf32> {
  %y = graph.reshape %x [2, -1, 4] : tensor<6x4xf32> -> tensor<2x3x4xf32>
  return %y : tensor<2x3x4xf32>
}

// CHECK-LABEL: func.func @dynamic
// CHECK-SAME: (%{{.+}}: tensor<?xf32>, %[[N:.+]]: index)
// CHECK: graph.reshape %{{.+}} [%[[N]], 3] : tensor<?xf32> -> tensor<?x3xf32>
func.func @dynamic(%x: tensor<?xf32>, %n: index) -> tensor<?x3xf32> {
  %y = graph.reshape %x [%n, 3] : tensor<?xf32> -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// The heads of attention: the axes that stay are no part of the reshape.
// LINALG-LABEL: func.func @heads
// LINALG: tensor.expand_shape %{{.+}} {{\[\[}}0], [1], [2, 3]]
func.func @heads(%x: tensor<?x?x384xf32>) -> tensor<?x?x12x32xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %b = tensor.dim %x, %c0 : tensor<?x?x384xf32>
  %s = tensor.dim %x, %c1 : tensor<?x?x384xf32>
  %y = graph.reshape %x [%b, %s, 12, 32] : tensor<?x?x384xf32> -> tensor<?x?x12x32xf32>
  return %y : tensor<?x?x12x32xf32>
}

// CANON-LABEL: func.func @twice
// CANON-SAME: (%[[X:.+]]: tensor<6x4xf32>)
// CANON-NEXT: %[[Y:.+]] = graph.reshape %[[X]] [24] : tensor<6x4xf32> -> tensor<24xf32>
// CANON-NEXT: return %[[Y]], %[[X]]
func.func @twice(%x: tensor<6x4xf32>) -> (tensor<24xf32>, tensor<6x4xf32>) {
  %t = graph.reshape %x [2, 12] : tensor<6x4xf32> -> tensor<2x12xf32>
  %y = graph.reshape %t [24] : tensor<2x12xf32> -> tensor<24xf32>
  %z = graph.reshape %t [6, 4] : tensor<2x12xf32> -> tensor<6x4xf32>
  return %y, %z : tensor<24xf32>, tensor<6x4xf32>
}
