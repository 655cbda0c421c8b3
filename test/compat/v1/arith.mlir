func.func @integers() {
  %a = arith.constant dense<[7, -7, 7, -7]> : tensor<4xi32>
  %b = arith.constant dense<[2, 2, -2, -2]> : tensor<4xi32>
  %div = arith.divsi %a, %b : tensor<4xi32>
  %div_expected = arith.constant dense<[3, -3, -3, 3]> : tensor<4xi32>
  check.expect_eq %div, %div_expected : tensor<4xi32>
  %floor = arith.floordivsi %a, %b : tensor<4xi32>
  %floor_expected = arith.constant dense<[3, -4, -4, 3]> : tensor<4xi32>
  check.expect_eq %floor, %floor_expected : tensor<4xi32>
  %ceil = arith.ceildivsi %a, %b : tensor<4xi32>
  %ceil_expected = arith.constant dense<[4, -3, -3, 4]> : tensor<4xi32>
  check.expect_eq %ceil, %ceil_expected : tensor<4xi32>
  %rem = arith.remsi %a, %b : tensor<4xi32>
  %rem_expected = arith.constant dense<[1, -1, 1, -1]> : tensor<4xi32>
  check.expect_eq %rem, %rem_expected : tensor<4xi32>
  %udiv = arith.divui %a, %b : tensor<4xi32>
  %udiv_expected = arith.constant dense<[3, 2147483644, 0, 0]> : tensor<4xi32>
  check.expect_eq %udiv, %udiv_expected : tensor<4xi32>
  %less = arith.cmpi slt, %a, %b : tensor<4xi32>
  %less_expected = arith.constant dense<[false, true, false, true]> : tensor<4xi1>
  check.expect_eq %less, %less_expected : tensor<4xi1>
  %unsigned = arith.cmpi ult, %a, %b : tensor<4xi32>
  %unsigned_expected = arith.constant dense<[false, false, true, true]> : tensor<4xi1>
  check.expect_eq %unsigned, %unsigned_expected : tensor<4xi1>
  return
}

// Narrow integers wrap; true of i1 is -1 when it is extended with its sign.
func.func @widths() {
  %big = arith.constant 100 : i8
  %sum = arith.addi %big, %big : i8
  %sum_expected = arith.constant -56 : i8
  check.expect_eq %sum, %sum_expected : i8
  %t = arith.constant true
  %minus_one = arith.constant -1 : i32
  %signed = arith.extsi %t : i1 to i32
  check.expect_eq %signed, %minus_one : i32
  %one = arith.constant 1 : i32
  %unsigned = arith.extui %t : i1 to i32
  check.expect_eq %unsigned, %one : i32
  %wide = arith.constant 511 : i32
  %narrow = arith.trunci %wide : i32 to i8
  %narrow_expected = arith.constant -1 : i8
  check.expect_eq %narrow, %narrow_expected : i8
  %low, %high = arith.mulsi_extended %big, %big : i8
  %low_expected = arith.constant 16 : i8
  %high_expected = arith.constant 39 : i8
  check.expect_eq %low, %low_expected : i8
  check.expect_eq %high, %high_expected : i8
  %usum, %carry = arith.addui_extended %narrow, %big : i8, i1
  check.expect_true %carry : i1
  %shift = arith.constant 3 : i8
  %shifted = arith.shrsi %sum, %shift : i8
  %shifted_expected = arith.constant -7 : i8
  check.expect_eq %shifted, %shifted_expected : i8
  %index = arith.index_cast %wide : i32 to index
  %index_expected = arith.constant 511 : index
  check.expect_eq %index, %index_expected : index
  return
}

// f32 0x7FC00000 is NaN, 0x80000000 -0.
func.func @floats() {
  %a = arith.constant dense<[0x7FC00000, 1.0, 0x80000000, -5.5]> : tensor<4xf32>
  %b = arith.constant dense<[1.0, 0x7FC00000, 0.0, 2.0]> : tensor<4xf32>
  %max = arith.maximumf %a, %b : tensor<4xf32>
  %max_expected = arith.constant dense<[0x7FC00000, 0x7FC00000, 0.0, 2.0]> : tensor<4xf32>
  check.expect_eq %max, %max_expected : tensor<4xf32>
  %num = arith.maxnumf %a, %b : tensor<4xf32>
  %num_expected = arith.constant dense<[1.0, 1.0, 0.0, 2.0]> : tensor<4xf32>
  check.expect_eq %num, %num_expected : tensor<4xf32>
  %unordered = arith.cmpf uno, %a, %b : tensor<4xf32>
  %unordered_expected = arith.constant dense<[true, true, false, false]> : tensor<4xi1>
  check.expect_eq %unordered, %unordered_expected : tensor<4xi1>
  %rem = arith.remf %a, %b : tensor<4xf32>
  %rem_expected = arith.constant dense<[0x7FC00000, 0x7FC00000, 0x7FC00000, -1.5]> : tensor<4xf32>
  check.expect_eq %rem, %rem_expected : tensor<4xf32>
  %integer = arith.fptosi %rem_expected : tensor<4xf32> to tensor<4xi32>
  %last = arith.constant 3 : index
  %i = tensor.extract %integer[%last] : tensor<4xi32>
  %i_expected = arith.constant -1 : i32
  check.expect_eq %i, %i_expected : i32
  return
}

// 1 + 2^-11 is half way between two f16 and rounds to the even one; one bit more and it rounds up.
func.func @rounding() {
  %x = arith.constant dense<[1.00048828125, 1.000488281250001, 65519.0, 65520.0]> : tensor<4xf64>
  %half = arith.truncf %x : tensor<4xf64> to tensor<4xf16>
  %expected = arith.constant dense<[0x3C00, 0x3C01, 0x7BFF, 0x7C00]> : tensor<4xf16>
  check.expect_eq %half, %expected : tensor<4xf16>
  %n = arith.constant 9007199791611905 : i64
  %single = arith.sitofp %n : i64 to f32
  %single_expected = arith.constant 9007200328482816.0 : f32
  check.expect_eq %single, %single_expected : f32
  return
}

// Poison is harmless where a select drops it.
func.func @guarded_shift() {
  %x = arith.constant 1 : i32
  %by = arith.constant 40 : i32
  %width = arith.constant 32 : i32
  %shifted = arith.shli %x, %by : i32
  %small = arith.cmpi ult, %by, %width : i32
  %zero = arith.constant 0 : i32
  %y = arith.select %small, %shifted, %zero : i32
  check.expect_eq %y, %zero : i32
  return
}

func.func @resource() {
  %a = arith.constant dense_resource<blob> : tensor<2xf32>
  %b = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  check.expect_eq %a, %b : tensor<2xf32>
  return
}

{-#
  dialect_resources: { builtin: { blob: "0x040000000000803F00000040" } }
#-}
