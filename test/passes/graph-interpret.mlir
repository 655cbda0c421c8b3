// RUN: graph-opt %s --graph-interpret | FileCheck %s

// The module stays as it is, and functions with arguments do not run.

// CHECK-LABEL: func @test
// CHECK: check.expect_close
func.func @test() {
  %one = arith.constant dense<1.0> : tensor<2xf32>
  %two = arith.addf %one, %one : tensor<2xf32>
  %expected = arith.constant dense<2.0> : tensor<2xf32>
  check.expect_close %two, %expected : tensor<2xf32>
  check.expect_close %two, %one {atol = 1.0} : tensor<2xf32>
  check.expect_close %one, %two {rtol = 0.5} : tensor<2xf32>
  return
}

// CHECK-LABEL: func @not_run
func.func @not_run(%x: tensor<2xf32>) {
  check.expect_eq %x, %x : tensor<2xf32>
  return
}
