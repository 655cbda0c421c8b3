// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @softmax
// CHECK: graph.softmax %{{.+}} axis 1 : tensor<?x3xf16>
// LINALG-LABEL: func.func @softmax
// LINALG: linalg.generic
// LINALG: arith.maximumf
// LINALG: linalg.generic
// LINALG: math.exp
// LINALG: linalg.generic
// LINALG: arith.addf
// LINALG: linalg.generic
// LINALG: arith.divf
// LINALG-NEXT: arith.truncf %{{.+}} : f32 to f16
// LINALG-NOT: linalg.generic
func.func @softmax(%x: tensor<?x3xf16>) -> tensor<?x3xf16> {
  %y = graph.softmax %x axis 1 : tensor<?x3xf16>
  return %y : tensor<?x3xf16>
}

// CHECK-LABEL: func.func @log_softmax
// CHECK: graph.log_softmax %{{.+}} axis 0 : tensor<4x3xf32>
// LINALG-LABEL: func.func @log_softmax
// LINALG: math.log
func.func @log_softmax(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %y = graph.log_softmax %x axis 0 : tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}
