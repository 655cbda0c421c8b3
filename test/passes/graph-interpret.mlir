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

// The interpreter recurs; code generation refuses to.
func.func private @factorial(%n: i32) -> i32 {
  %one = arith.constant 1 : i32
  %small = arith.cmpi sle, %n, %one : i32
  %y = scf.if %small -> i32 {
    scf.yield %one : i32
  } else {
    %less = arith.subi %n, %one : i32
    %rest = func.call @factorial(%less) : (i32) -> i32
    %product = arith.muli %n, %rest : i32
    scf.yield %product : i32
  }
  return %y : i32
}
func.func @recursion() {
  %n = arith.constant 6 : i32
  %y = func.call @factorial(%n) : (i32) -> i32
  %expected = arith.constant 720 : i32
  check.expect_eq %y, %expected : i32
  return
}
