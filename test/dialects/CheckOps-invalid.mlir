// RUN: graph-opt %s --split-input-file --verify-diagnostics

func.func @tolerance(%x: tensor<2xf32>) {
  // expected-error @below {{'check.expect_close' op expected tolerances of at least 0, got -1}}
  check.expect_close %x, %x {rtol = -1.0} : tensor<2xf32>
  return
}

// -----

func.func @condition(%x: tensor<2xi8>) {
  // expected-error @below {{'check.expect_true' op operand #0 must be}}
  check.expect_true %x : tensor<2xi8>
  return
}
