// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --canonicalize %s | FileCheck %s --check-prefix=CANON
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @inline
// CHECK: %[[F:.+]] = graph.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// CHECK: graph.constant dense<255> : tensor<3xui8>
// LINALG-LABEL: func.func @inline
// LINALG-DAG: arith.constant dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
// LINALG-DAG: arith.constant dense<-1> : tensor<3xi8>
func.func @inline() -> (tensor<2xf32>, tensor<3xui8>) {
  %f = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %u = graph.constant dense<255> : tensor<3xui8>
  return %f, %u : tensor<2xf32>, tensor<3xui8>
}

// CHECK-LABEL: func.func @blob
// CHECK: graph.constant dense_resource<w> : tensor<2xf32>
func.func @blob() -> tensor<2xf32> {
  %w = graph.constant dense_resource<w> : tensor<2xf32>
  return %w : tensor<2xf32>
}

// CANON-LABEL: func.func @equal_ones_are_one
// CANON: %[[C:.+]] = graph.constant dense<1>
// CANON-NEXT: return %[[C]], %[[C]]
func.func @equal_ones_are_one() -> (tensor<i64>, tensor<i64>) {
  %a = graph.constant dense<1> : tensor<i64>
  %b = graph.constant dense<1> : tensor<i64>
  return %a, %b : tensor<i64>, tensor<i64>
}

{-#
  dialect_resources: {
    builtin: {
      w: "0x040000000000803F00000040"
    }
  }
#-}
