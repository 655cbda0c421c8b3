// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-canonicalize %s | FileCheck %s --check-prefix=KNOWN
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

// Spelled out, it is one again.
// KNOWN-LABEL: func.func @spelled_out
// KNOWN-NEXT: %[[Y:.+]] = graph.softmax %{{.+}} axis 1 : tensor<4x3xf32>
// KNOWN-NEXT: return %[[Y]]
func.func @spelled_out(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %m = graph.reduce_max %x axes [1] keep_dims : tensor<4x3xf32> -> tensor<4x1xf32>
  %s = graph.sub %x, %m : (tensor<4x3xf32>, tensor<4x1xf32>) -> tensor<4x3xf32>
  %e = graph.exp %s : tensor<4x3xf32>
  %t = graph.reduce_sum %e axes [1] keep_dims : tensor<4x3xf32> -> tensor<4x1xf32>
  %y = graph.div %e, %t : (tensor<4x3xf32>, tensor<4x1xf32>) -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}

// Along two axes it is none.
// KNOWN-LABEL: func.func @two_axes
// KNOWN-NOT: graph.softmax
// KNOWN: return
func.func @two_axes(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %m = graph.reduce_max %x axes [1] keep_dims : tensor<4x3xf32> -> tensor<4x1xf32>
  %s = graph.sub %x, %m : (tensor<4x3xf32>, tensor<4x1xf32>) -> tensor<4x3xf32>
  %e = graph.exp %s : tensor<4x3xf32>
  %t = graph.reduce_sum %e axes [0] keep_dims : tensor<4x3xf32> -> tensor<1x3xf32>
  %y = graph.div %e, %t : (tensor<4x3xf32>, tensor<1x3xf32>) -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}
