// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @scatter_add
// CHECK: graph.scatter_add %{{.+}}, %{{.+}}, %{{.+}} axis 0 : (tensor<10x4xf16>, tensor<?xi64>, tensor<?x4xf16>) -> tensor<10x4xf16>
// LINALG-LABEL: func.func @scatter_add
// LINALG: scf.for
// LINALG: scf.for
// LINALG: tensor.insert
func.func @scatter_add(%x: tensor<10x4xf16>, %i: tensor<?xi64>, %u: tensor<?x4xf16>) -> tensor<10x4xf16> {
  %y = graph.scatter_add %x, %i, %u axis 0 : (tensor<10x4xf16>, tensor<?xi64>, tensor<?x4xf16>) -> tensor<10x4xf16>
  return %y : tensor<10x4xf16>
}

// CHECK-LABEL: func.func @scatter_prod
// CHECK: graph.scatter_prod %{{.+}}, %{{.+}}, %{{.+}} axis 1 : (tensor<2x?xi32>, tensor<3xi8>, tensor<2x3xi32>) -> tensor<2x?xi32>
// The axis may have no elements.
// LINALG-LABEL: func.func @scatter_prod
// LINALG: scf.if
// LINALG: arith.muli
func.func @scatter_prod(%x: tensor<2x?xi32>, %i: tensor<3xi8>, %u: tensor<2x3xi32>) -> tensor<2x?xi32> {
  %y = graph.scatter_prod %x, %i, %u axis 1 : (tensor<2x?xi32>, tensor<3xi8>, tensor<2x3xi32>) -> tensor<2x?xi32>
  return %y : tensor<2x?xi32>
}

// CHECK-LABEL: func.func @scatter_max
// CHECK: graph.scatter_max
// LINALG-LABEL: func.func @scatter_max
// LINALG: arith.maxui
func.func @scatter_max(%x: tensor<4xui8>, %i: tensor<3xi64>, %u: tensor<3xui8>) -> tensor<4xui8> {
  %y = graph.scatter_max %x, %i, %u axis 0 : (tensor<4xui8>, tensor<3xi64>, tensor<3xui8>) -> tensor<4xui8>
  return %y : tensor<4xui8>
}

// CHECK-LABEL: func.func @scatter_min
// CHECK: graph.scatter_min
// LINALG-LABEL: func.func @scatter_min
// LINALG: arith.minimumf
func.func @scatter_min(%x: tensor<4xf32>, %i: tensor<i64>, %u: tensor<f32>) -> tensor<4xf32> {
  %y = graph.scatter_min %x, %i, %u axis 0 : (tensor<4xf32>, tensor<i64>, tensor<f32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
