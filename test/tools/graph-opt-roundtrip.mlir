// RUN: graph-opt %s | FileCheck %s
// RUN: graph-opt --mlir-print-op-generic %s | graph-opt | FileCheck %s
// RUN: graph-opt --emit-bytecode %s | graph-opt | FileCheck %s

// What is written is read back: pretty, generic and as bytecode.
// CHECK-LABEL: func.func @relu_of_sum
// CHECK-SAME: (%[[A:.+]]: tensor<2x?xf32>, %[[B:.+]]: tensor<2x?xf32>)
func.func @relu_of_sum(%a: tensor<2x?xf32>, %b: tensor<2x?xf32>) -> tensor<2x?xf32> {
  // CHECK: %[[SUM:.+]] = graph.add %[[A]], %[[B]]
  %sum = graph.add %a, %b : (tensor<2x?xf32>, tensor<2x?xf32>) -> tensor<2x?xf32>
  // CHECK: %[[Y:.+]] = graph.relu %[[SUM]] : tensor<2x?xf32>
  %y = graph.relu %sum : tensor<2x?xf32>
  // CHECK: return %[[Y]]
  return %y : tensor<2x?xf32>
}
