func.func @matmul() {
  %a = arith.constant dense<[[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]> : tensor<2x3xf32>
  %b = arith.constant dense<[[1.0, 0.0], [0.0, 1.0], [2.0, -1.0]]> : tensor<3x2xf32>
  %zero = arith.constant 0.0 : f32
  %empty = tensor.empty() : tensor<2x2xf32>
  %init = linalg.fill ins(%zero : f32) outs(%empty : tensor<2x2xf32>) -> tensor<2x2xf32>
  %y = linalg.matmul ins(%a, %b : tensor<2x3xf32>, tensor<3x2xf32>) outs(%init : tensor<2x2xf32>) -> tensor<2x2xf32>
  %expected = arith.constant dense<[[7.0, -1.0], [16.0, -1.0]]> : tensor<2x2xf32>
  check.expect_eq %y, %expected : tensor<2x2xf32>
  return
}

// A convolution: its input map adds two loops.
func.func @conv() {
  %x = arith.constant dense<[1.0, 2.0, 3.0, 4.0]> : tensor<4xf32>
  %w = arith.constant dense<[1.0, -1.0]> : tensor<2xf32>
  %init = arith.constant dense<0.0> : tensor<3xf32>
  %y = linalg.conv_1d ins(%x, %w : tensor<4xf32>, tensor<2xf32>) outs(%init : tensor<3xf32>) -> tensor<3xf32>
  %expected = arith.constant dense<-1.0> : tensor<3xf32>
  check.expect_eq %y, %expected : tensor<3xf32>
  return
}

#id = affine_map<(i, j) -> (i, j)>
#row = affine_map<(i, j) -> (j)>
#zero = affine_map<(i, j) -> (i, 0)>
#odd = affine_map<(i, j) -> (j mod 2)>
// linalg.index, a value from above, a gather, a broadcast, a map that is not linear, a condition and two results.
func.func @generic() {
  %x = arith.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi64>
  %row = arith.constant dense<[10, 20, 30]> : tensor<3xi64>
  %column = arith.constant dense<[[100], [200]]> : tensor<2x1xi64>
  %table = arith.constant dense<[1000, 2000]> : tensor<2xi64>
  %scale = arith.constant 2 : i64
  %out = tensor.empty() : tensor<2x3xi64>
  %y:2 = linalg.generic {indexing_maps = [#id, #row, #zero, #odd, #id, #id], iterator_types = ["parallel", "parallel"]}
      ins(%x, %row, %column, %table : tensor<2x3xi64>, tensor<3xi64>, tensor<2x1xi64>, tensor<2xi64>)
      outs(%out, %out : tensor<2x3xi64>, tensor<2x3xi64>) {
  ^bb0(%a: i64, %b: i64, %c: i64, %d: i64, %o0: i64, %o1: i64):
    %i = linalg.index 0 : index
    %j = linalg.index 1 : index
    %g = tensor.extract %table[%i] : tensor<2xi64>
    %s = arith.muli %a, %scale : i64
    %s1 = arith.addi %s, %b : i64
    %s2 = arith.addi %s1, %c : i64
    %s3 = arith.addi %s2, %d : i64
    %diagonal = arith.cmpi eq, %i, %j : index
    %r = scf.if %diagonal -> i64 {
      scf.yield %g : i64
    } else {
      scf.yield %a : i64
    }
    linalg.yield %s3, %r : i64, i64
  } -> (tensor<2x3xi64>, tensor<2x3xi64>)
  %e0 = arith.constant dense<[[1112, 2124, 1136], [1218, 2230, 1242]]> : tensor<2x3xi64>
  check.expect_eq %y#0, %e0 : tensor<2x3xi64>
  %e1 = arith.constant dense<[[1000, 2, 3], [4, 2000, 6]]> : tensor<2x3xi64>
  check.expect_eq %y#1, %e1 : tensor<2x3xi64>
  return
}

// No points: the output is what it was.
func.func @empty() {
  %x = arith.constant dense<0.0> : tensor<2x0xf32>
  %init = arith.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %y = linalg.reduce ins(%x : tensor<2x0xf32>) outs(%init : tensor<2xf32>) dimensions = [1]
    (%a: f32, %acc: f32) {
      %s = arith.addf %a, %acc : f32
      linalg.yield %s : f32
    }
  check.expect_eq %y, %init : tensor<2xf32>
  return
}

func.func @transpose() {
  %x = arith.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi8>
  %out = tensor.empty() : tensor<3x2xi8>
  %y = linalg.transpose ins(%x : tensor<2x3xi8>) outs(%out : tensor<3x2xi8>) permutation = [1, 0]
  %expected = arith.constant dense<[[1, 4], [2, 5], [3, 6]]> : tensor<3x2xi8>
  check.expect_eq %y, %expected : tensor<3x2xi8>
  return
}
