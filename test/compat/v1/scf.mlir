func.func @loop() {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %ten = arith.constant 10 : index
  %three = arith.constant 3 : index
  %init = arith.constant dense<0> : tensor<index>
  %sum = scf.for %i = %zero to %ten step %three iter_args(%acc = %init) -> tensor<index> {
    %old = tensor.extract %acc[] : tensor<index>
    %new = arith.addi %old, %i : index
    %next = tensor.from_elements %new : tensor<index>
    scf.yield %next : tensor<index>
  }
  %expected = arith.constant dense<18> : tensor<index>
  check.expect_eq %sum, %expected : tensor<index>
  return
}

func.func @branches() {
  %t = arith.constant true
  %a = arith.constant 1 : i32
  %b = arith.constant 2 : i32
  %x = scf.if %t -> i32 {
    scf.yield %a : i32
  } else {
    scf.yield %b : i32
  }
  check.expect_eq %x, %a : i32
  // The least power of 3 above 100.
  %three = arith.constant 3 : i32
  %limit = arith.constant 100 : i32
  %power = scf.while (%p = %a) : (i32) -> i32 {
    %less = arith.cmpi slt, %p, %limit : i32
    scf.condition(%less) %p : i32
  } do {
  ^bb0(%p: i32):
    %next = arith.muli %p, %three : i32
    scf.yield %next : i32
  }
  %expected = arith.constant 243 : i32
  check.expect_eq %power, %expected : i32
  return
}

// Every iteration sees the output as it was before the loop.
func.func @parallel() {
  %init = arith.constant dense<[[1, 2], [3, 4]]> : tensor<2x2xi32>
  %y = scf.forall (%i, %j) in (2, 2) shared_outs(%out = %init) -> tensor<2x2xi32> {
    %corner = tensor.extract_slice %out[0, 0] [1, 1] [1, 1] : tensor<2x2xi32> to tensor<1x1xi32>
    %own = tensor.extract_slice %out[%i, %j] [1, 1] [1, 1] : tensor<2x2xi32> to tensor<1x1xi32>
    %sum = arith.addi %corner, %own : tensor<1x1xi32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %sum into %out[%i, %j] [1, 1] [1, 1] : tensor<1x1xi32> into tensor<2x2xi32>
    }
  }
  %expected = arith.constant dense<[[2, 3], [4, 5]]> : tensor<2x2xi32>
  check.expect_eq %y, %expected : tensor<2x2xi32>
  return
}

func.func @index_arithmetic() {
  %n = arith.constant 37 : index
  %k = arith.constant 8 : index
  %a = affine.apply affine_map<(d0)[s0] -> ((d0 ceildiv 8) * s0 + d0 mod 8)>(%n)[%k]
  %a_expected = arith.constant 45 : index
  check.expect_eq %a, %a_expected : index
  %b = affine.min affine_map<(d0) -> (16, d0 - 30)>(%n)
  %b_expected = arith.constant 7 : index
  check.expect_eq %b, %b_expected : index
  %c = affine.max affine_map<(d0) -> (16, d0 - 30)>(%n)
  %c_expected = arith.constant 16 : index
  check.expect_eq %c, %c_expected : index
  return
}

func.func @holds() {
  %t = arith.constant true
  cf.assert %t, "expected the truth"
  return
}

// Each value takes the place of the other.
func.func @swap() {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %three = arith.constant 3 : index
  %a = arith.constant dense<[1, 2]> : tensor<2xi32>
  %b = arith.constant dense<[3, 4]> : tensor<2xi32>
  %x, %y = scf.for %i = %zero to %three step %one iter_args(%p = %a, %q = %b) -> (tensor<2xi32>, tensor<2xi32>) {
    %next = arith.addi %q, %a : tensor<2xi32>
    scf.yield %next, %p : tensor<2xi32>, tensor<2xi32>
  }
  %x_expected = arith.constant dense<[5, 8]> : tensor<2xi32>
  %y_expected = arith.constant dense<[2, 4]> : tensor<2xi32>
  check.expect_eq %x, %x_expected : tensor<2xi32>
  check.expect_eq %y, %y_expected : tensor<2xi32>
  return
}
