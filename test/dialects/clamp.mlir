// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @both
// CHECK: graph.clamp %{{.+}} lower %{{.+}} upper %{{.+}} : (tensor<?xf32>, tensor<f32>, tensor<1xf32>) -> tensor<?xf32>
// LINALG-LABEL: func.func @both
// LINALG: arith.maximumf
// LINALG: arith.minimumf
func.func @both(%x: tensor<?xf32>, %l: tensor<f32>, %u: tensor<1xf32>) -> tensor<?xf32> {
  %y = graph.clamp %x lower %l upper %u : (tensor<?xf32>, tensor<f32>, tensor<1xf32>) -> tensor<?xf32>
  return %y : tensor<?xf32>
}

// CHECK-LABEL: func.func @upper
// CHECK: graph.clamp %{{.+}} upper %{{.+}} : (tensor<4xui8>, tensor<ui8>) -> tensor<4xui8>
// LINALG-LABEL: func.func @upper
// LINALG-NOT: arith.max
// LINALG: arith.minui
func.func @upper(%x: tensor<4xui8>, %u: tensor<ui8>) -> tensor<4xui8> {
  %y = graph.clamp %x upper %u : (tensor<4xui8>, tensor<ui8>) -> tensor<4xui8>
  return %y : tensor<4xui8>
}
