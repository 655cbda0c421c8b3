// RUN: not graph-opt %s --graph-interpret=target=gpu 2>&1 | FileCheck %s
// RUN: not graph-opt %s --graph-interpret=target=cpu 2>&1 | FileCheck %s --check-prefix=CPU

// CHECK: expected target interpreter or cpu, got 'gpu'

// Machine code is held to the same checks.
// CPU: [[@LINE+6]]:3: error: 'check.expect_close' op does not hold: expected 4, got 3 at [1]
func.func @wrong() {
  %a = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %b = graph.add %a, %one : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %expected = arith.constant dense<[2.0, 4.0]> : tensor<2xf32>
  check.expect_close %b, %expected : tensor<2xf32>
  return
}
