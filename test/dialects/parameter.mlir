// RUN: graph-opt %s | graph-opt | FileCheck %s

// CHECK: graph.parameter @inline : tensor<2xf32> = dense<[1.000000e+00, 2.000000e+00]> : tensor<2xf32>
graph.parameter @inline : tensor<2xf32> = dense<[1.0, 2.0]> : tensor<2xf32>
// CHECK: graph.parameter @fc1.weight {mutable, role = "buffer"} : tensor<5x10xf32> = #graph.external<"m.safetensors", 24, 200>
graph.parameter @fc1.weight {mutable, role = "buffer"} : tensor<5x10xf32> = #graph.external<"m.safetensors", 24, 200>

// CHECK-LABEL: func.func @get
func.func @get() -> tensor<2xf32> {
  // CHECK: %[[Y:.+]] = graph.get @inline : tensor<2xf32>
  %y = graph.get @inline : tensor<2xf32>
  // CHECK: return %[[Y]]
  return %y : tensor<2xf32>
}
