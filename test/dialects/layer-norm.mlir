// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @affine
// CHECK: graph.layer_norm %{{.+}} weight %{{.+}} bias %{{.+}} last 1 epsilon 1.000000e-05
// LINALG-LABEL: func.func @affine
// LINALG-COUNT-5: linalg.generic
// LINALG-NOT: linalg.generic
func.func @affine(%x: tensor<?x3xf32>, %w: tensor<3xf32>, %b: tensor<3xf32>) -> tensor<?x3xf32> {
  %y = graph.layer_norm %x weight %w bias %b last 1 epsilon 1.0e-5 : (tensor<?x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// CHECK-LABEL: func.func @bias_only
// LINALG-LABEL: func.func @bias_only
// CHECK: graph.layer_norm %{{.+}} bias %{{.+}} last 2 epsilon
func.func @bias_only(%x: tensor<4x3x2xf64>, %b: tensor<3x2xf64>) -> tensor<4x3x2xf64> {
  %y = graph.layer_norm %x bias %b last 2 epsilon 0.5 : (tensor<4x3x2xf64>, tensor<3x2xf64>) -> tensor<4x3x2xf64>
  return %y : tensor<4x3x2xf64>
}

// CHECK-LABEL: func.func @plain
// CHECK: graph.layer_norm %{{.+}} last 1 epsilon
func.func @plain(%x: tensor<4x?xbf16>) -> tensor<4x?xbf16> {
  %y = graph.layer_norm %x last 1 epsilon 0.0 : (tensor<4x?xbf16>) -> tensor<4x?xbf16>
  return %y : tensor<4x?xbf16>
}
