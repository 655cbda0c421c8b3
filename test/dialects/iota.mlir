// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @fixed
// CHECK: graph.iota i64 [2, 4] axis 1 : tensor<2x4xi64>
// LINALG-LABEL: func.func @fixed
// LINALG: linalg.index 1
func.func @fixed() -> tensor<2x4xi64> {
  %y = graph.iota i64 [2, 4] axis 1 : tensor<2x4xi64>
  return %y : tensor<2x4xi64>
}

// CHECK-LABEL: func.func @dynamic
// CHECK: graph.iota f16 [%{{.+}}] axis 0 : tensor<?xf16>
func.func @dynamic(%n: index) -> tensor<?xf16> {
  %y = graph.iota f16 [%n] axis 0 : tensor<?xf16>
  return %y : tensor<?xf16>
}
