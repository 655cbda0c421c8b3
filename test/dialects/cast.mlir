// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --canonicalize %s | FileCheck %s --check-prefix=CANON
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @to_integer
// CHECK: graph.cast %{{.+}} to ui8 : (tensor<?xf32>) -> tensor<?xui8>
// LINALG-LABEL: func.func @to_integer
// LINALG: arith.select
// LINALG: arith.fptoui
func.func @to_integer(%x: tensor<?xf32>) -> tensor<?xui8> {
  %y = graph.cast %x to ui8 : (tensor<?xf32>) -> tensor<?xui8>
  return %y : tensor<?xui8>
}

// CANON-LABEL: func.func @there_and_back
// CANON-SAME: (%[[H:.+]]: tensor<4xf16>, %[[I:.+]]: tensor<4xui8>)
// CANON-NEXT: return %[[H]], %[[I]], %[[H]]
func.func @there_and_back(%h: tensor<4xf16>, %i: tensor<4xui8>) -> (tensor<4xf16>, tensor<4xui8>, tensor<4xf16>) {
  %f = graph.cast %h to f32 : (tensor<4xf16>) -> tensor<4xf32>
  %0 = graph.cast %f to f16 : (tensor<4xf32>) -> tensor<4xf16>
  %g = graph.cast %i to bf16 : (tensor<4xui8>) -> tensor<4xbf16>
  %1 = graph.cast %g to ui8 : (tensor<4xbf16>) -> tensor<4xui8>
  %2 = graph.cast %h to f16 : (tensor<4xf16>) -> tensor<4xf16>
  return %0, %1, %2 : tensor<4xf16>, tensor<4xui8>, tensor<4xf16>
}

// CANON-LABEL: func.func @digits_are_lost
// CANON-COUNT-4: graph.cast
func.func @digits_are_lost(%h: tensor<4xf16>, %i: tensor<4xi32>) -> (tensor<4xf16>, tensor<4xi32>) {
  %f = graph.cast %h to bf16 : (tensor<4xf16>) -> tensor<4xbf16>
  %0 = graph.cast %f to f16 : (tensor<4xbf16>) -> tensor<4xf16>
  %g = graph.cast %i to f32 : (tensor<4xi32>) -> tensor<4xf32>
  %1 = graph.cast %g to i32 : (tensor<4xf32>) -> tensor<4xi32>
  return %0, %1 : tensor<4xf16>, tensor<4xi32>
}
