// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --canonicalize %s | FileCheck %s --check-prefix=CANON
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @to_integer
// CHECK: graph.bitcast %{{.+}} to ui16 : (tensor<?xf16>) -> tensor<?xui16>
// LINALG-LABEL: func.func @to_integer
// LINALG: arith.bitcast %{{.+}} : f16 to i16
func.func @to_integer(%x: tensor<?xf16>) -> tensor<?xui16> {
  %y = graph.bitcast %x to ui16 : (tensor<?xf16>) -> tensor<?xui16>
  return %y : tensor<?xui16>
}

// CANON-LABEL: func.func @there_and_back
// CANON-SAME: (%[[X:.+]]: tensor<4xf32>)
// CANON-NEXT: return %[[X]]
func.func @there_and_back(%x: tensor<4xf32>) -> tensor<4xf32> {
  %i = graph.bitcast %x to i32 : (tensor<4xf32>) -> tensor<4xi32>
  %y = graph.bitcast %i to f32 : (tensor<4xi32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}
