// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @exact
// CHECK: graph.gelu %{{.+}} : tensor<?xf32>
// LINALG-LABEL: func.func @exact
// LINALG: math.erf
func.func @exact(%x: tensor<?xf32>) -> tensor<?xf32> {
  %y = graph.gelu %x : tensor<?xf32>
  return %y : tensor<?xf32>
}

// CHECK-LABEL: func.func @approximate
// CHECK: graph.gelu %{{.+}} {approximate = "tanh"} : tensor<4xf16>
// LINALG-LABEL: func.func @approximate
// LINALG: math.tanh
func.func @approximate(%x: tensor<4xf16>) -> tensor<4xf16> {
  %y = graph.gelu %x {approximate = "tanh"} : tensor<4xf16>
  return %y : tensor<4xf16>
}
