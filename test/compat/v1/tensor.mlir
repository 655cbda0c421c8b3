func.func @shapes() {
  %x = arith.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %flat = tensor.collapse_shape %x [[0, 1]] : tensor<2x3xi32> into tensor<6xi32>
  %flat_expected = arith.constant dense<[1, 2, 3, 4, 5, 6]> : tensor<6xi32>
  check.expect_eq %flat, %flat_expected : tensor<6xi32>
  %three = tensor.expand_shape %flat [[0, 1, 2]] output_shape [3, 1, 2] : tensor<6xi32> into tensor<3x1x2xi32>
  %three_expected = arith.constant dense<[[[1, 2]], [[3, 4]], [[5, 6]]]> : tensor<3x1x2xi32>
  check.expect_eq %three, %three_expected : tensor<3x1x2xi32>
  %shape = arith.constant dense<[1, 6]> : tensor<2xindex>
  %reshaped = tensor.reshape %x(%shape) : (tensor<2x3xi32>, tensor<2xindex>) -> tensor<?x?xi32>
  %one = arith.constant 1 : index
  %size = tensor.dim %reshaped, %one : tensor<?x?xi32>
  %six = arith.constant 6 : index
  check.expect_eq %size, %six : index
  return
}

func.func @slices() {
  %x = arith.constant dense<[[1, 2, 3, 4], [5, 6, 7, 8], [9, 10, 11, 12]]> : tensor<3x4xi32>
  %one = arith.constant 1 : index
  %slice = tensor.extract_slice %x[0, %one] [2, 2] [2, 2] : tensor<3x4xi32> to tensor<2x2xi32>
  %slice_expected = arith.constant dense<[[2, 4], [10, 12]]> : tensor<2x2xi32>
  check.expect_eq %slice, %slice_expected : tensor<2x2xi32>
  %row = tensor.extract_slice %x[%one, 0] [1, 4] [1, 1] : tensor<3x4xi32> to tensor<4xi32>
  %row_expected = arith.constant dense<[5, 6, 7, 8]> : tensor<4xi32>
  check.expect_eq %row, %row_expected : tensor<4xi32>
  %inserted = tensor.insert_slice %slice into %x[1, 0] [2, 2] [1, 1] : tensor<2x2xi32> into tensor<3x4xi32>
  %inserted_expected = arith.constant dense<[[1, 2, 3, 4], [2, 4, 7, 8], [10, 12, 11, 12]]> : tensor<3x4xi32>
  check.expect_eq %inserted, %inserted_expected : tensor<3x4xi32>
  %zero = arith.constant 0 : i32
  %padded = tensor.pad %slice low[0, %one] high[1, 0] {
  ^bb0(%i: index, %j: index):
    tensor.yield %zero : i32
  } : tensor<2x2xi32> to tensor<3x?xi32>
  %padded_static = tensor.cast %padded : tensor<3x?xi32> to tensor<3x3xi32>
  %padded_expected = arith.constant dense<[[0, 2, 4], [0, 10, 12], [0, 0, 0]]> : tensor<3x3xi32>
  check.expect_eq %padded_static, %padded_expected : tensor<3x3xi32>
  %concat = tensor.concat dim(1) %slice, %slice : (tensor<2x2xi32>, tensor<2x2xi32>) -> tensor<2x4xi32>
  %concat_expected = arith.constant dense<[[2, 4, 2, 4], [10, 12, 10, 12]]> : tensor<2x4xi32>
  check.expect_eq %concat, %concat_expected : tensor<2x4xi32>
  return
}

func.func @elements() {
  %a = arith.constant 3.0 : f64
  %b = arith.constant 4.0 : f64
  %pair = tensor.from_elements %a, %b : tensor<2xf64>
  %one = arith.constant 1 : index
  %two = arith.constant 2 : index
  %changed = tensor.insert %a into %pair[%one] : tensor<2xf64>
  %splat = tensor.splat %a[%two] : tensor<?xf64>
  %splat_static = tensor.cast %splat : tensor<?xf64> to tensor<2xf64>
  check.expect_eq %changed, %splat_static : tensor<2xf64>
  %generated = tensor.generate %two {
  ^bb0(%i: index):
    %x = tensor.extract %pair[%i] : tensor<2xf64>
    %y = arith.addf %x, %x : f64
    tensor.yield %y : f64
  } : tensor<?xf64>
  %generated_static = tensor.cast %generated : tensor<?xf64> to tensor<2xf64>
  %generated_expected = arith.constant dense<[6.0, 8.0]> : tensor<2xf64>
  check.expect_eq %generated_static, %generated_expected : tensor<2xf64>
  return
}
