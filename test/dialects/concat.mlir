// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --canonicalize %s | FileCheck %s --check-prefix=CANON
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @three
// CHECK: graph.concat %{{.+}}, %{{.+}}, %{{.+}} axis 1 : (tensor<4x3xf32>, tensor<?x2xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
// LINALG-LABEL: func.func @three
// LINALG: tensor.insert_slice %{{.+}} into %{{.+}}[0, 0] [4, 3] [1, 1]
// LINALG: tensor.insert_slice %{{.+}} into %{{.+}}[0, 3] [%{{.+}}, 2] [1, 1]
// LINALG: tensor.insert_slice %{{.+}} into %{{.+}}[0, 5] [4, 1] [1, 1]
func.func @three(%a: tensor<4x3xf32>, %b: tensor<?x2xf32>, %c: tensor<4x1xf32>) -> tensor<4x6xf32> {
  %y = graph.concat %a, %b, %c axis 1 : (tensor<4x3xf32>, tensor<?x2xf32>, tensor<4x1xf32>) -> tensor<4x6xf32>
  return %y : tensor<4x6xf32>
}

// CHECK-LABEL: func.func @dynamic_axis
// CHECK: graph.concat {{.*}} -> tensor<?x3xi1>
func.func @dynamic_axis(%a: tensor<?x3xi1>, %b: tensor<2x3xi1>) -> tensor<?x3xi1> {
  %y = graph.concat %a, %b axis 0 : (tensor<?x3xi1>, tensor<2x3xi1>) -> tensor<?x3xi1>
  return %y : tensor<?x3xi1>
}

// CANON-LABEL: func.func @one
// CANON-SAME: (%[[X:.+]]: tensor<4xf32>)
// CANON-NEXT: return %[[X]]
func.func @one(%x: tensor<4xf32>) -> tensor<4xf32> {
  %y = graph.concat %x axis 0 : (tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
