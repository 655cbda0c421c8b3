// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// The axis has elements: no branch.
// CHECK-LABEL: func.func @gather
// CHECK: graph.gather %{{.+}}, %{{.+}} axis 1 : (tensor<2x10x4xf32>, tensor<3x?xi32>) -> tensor<2x3x?x4xf32>
// LINALG-LABEL: func.func @gather
// LINALG: linalg.generic {{.*}} ins(%{{.+}} : tensor<3x?xi32>) outs(%{{.+}} : tensor<2x3x?x4xf32>)
// LINALG-NOT: scf.if
// LINALG: tensor.extract
func.func @gather(%x: tensor<2x10x4xf32>, %i: tensor<3x?xi32>) -> tensor<2x3x?x4xf32> {
  %y = graph.gather %x, %i axis 1 : (tensor<2x10x4xf32>, tensor<3x?xi32>) -> tensor<2x3x?x4xf32>
  return %y : tensor<2x3x?x4xf32>
}

// LINALG-LABEL: func.func @axis_may_be_empty
// LINALG: scf.if
func.func @axis_may_be_empty(%x: tensor<?xf32>, %i: tensor<3xui8>) -> tensor<3xf32> {
  %y = graph.gather %x, %i axis 0 : (tensor<?xf32>, tensor<3xui8>) -> tensor<3xf32>
  return %y : tensor<3xf32>
}
