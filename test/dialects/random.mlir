// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --cse %s | FileCheck %s --check-prefix=CSE
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @normal
// CHECK: graph.random %{{.+}} f16 [%{{.+}}, 3] {distribution = "normal", stream = 7 : i64} : tensor<i64> -> tensor<?x3xf16>
// LINALG-LABEL: func.func @normal
// LINALG: linalg.generic
// LINALG: math.cos
func.func @normal(%key: tensor<i64>, %n: index) -> tensor<?x3xf16> {
  %y = graph.random %key f16 [%n, 3] {distribution = "normal", stream = 7 : i64} : tensor<i64> -> tensor<?x3xf16>
  return %y : tensor<?x3xf16>
}

// One stream is one draw, another one another.
// CSE-LABEL: func.func @streams
// CSE: %[[A:.+]] = graph.random
// CSE-NEXT: %[[B:.+]] = graph.random
// CSE-NEXT: return %[[A]], %[[A]], %[[B]]
func.func @streams(%key: tensor<i64>) -> (tensor<2xf32>, tensor<2xf32>, tensor<2xf32>) {
  %0 = graph.random %key f32 [2] {stream = 1 : i64} : tensor<i64> -> tensor<2xf32>
  %1 = graph.random %key f32 [2] {stream = 1 : i64} : tensor<i64> -> tensor<2xf32>
  %2 = graph.random %key f32 [2] {stream = 2 : i64} : tensor<i64> -> tensor<2xf32>
  return %0, %1, %2 : tensor<2xf32>, tensor<2xf32>, tensor<2xf32>
}
