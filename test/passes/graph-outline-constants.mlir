// RUN: graph-opt %s --graph-outline-constants=max-bytes=8 | FileCheck %s

// Equal constants are one parameter; its name is free.
// CHECK: graph.parameter @[[$NAME:constant_[0-9]+]] : tensor<3xf32> = dense<[1.000000e+00, 2.000000e+00, 3.000000e+00]>
// CHECK: graph.parameter @constant : tensor<1xf32>
graph.parameter @constant : tensor<1xf32> = dense<1.0> : tensor<1xf32>

// CHECK-LABEL: func.func @large
// CHECK: %[[A:.+]] = graph.get @[[$NAME]] : tensor<3xf32>
// CHECK: %[[B:.+]] = graph.get @[[$NAME]] : tensor<3xf32>
// CHECK: return %[[A]], %[[B]]
func.func @large() -> (tensor<3xf32>, tensor<3xf32>) {
  %a = graph.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  %b = arith.constant dense<[1.0, 2.0, 3.0]> : tensor<3xf32>
  return %a, %b : tensor<3xf32>, tensor<3xf32>
}

// Small ones and splats stay.
// CHECK-LABEL: func.func @stays
// CHECK-NOT: graph.get
// CHECK: return
func.func @stays() -> (tensor<2xf32>, tensor<64xf32>, index) {
  %a = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %b = graph.constant dense<4.0> : tensor<64xf32>
  %c = arith.constant 4 : index
  return %a, %b, %c : tensor<2xf32>, tensor<64xf32>, index
}
