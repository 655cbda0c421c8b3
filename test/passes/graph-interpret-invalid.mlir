// RUN: graph-opt %s --graph-interpret --split-input-file --verify-diagnostics

func.func @close() {
  %a = arith.constant dense<[[1.0, 2.0], [3.0, 5.0]]> : tensor<2x2xf32>
  %b = arith.constant dense<[[1.0, 2.0], [3.0, 4.0]]> : tensor<2x2xf32>
  // expected-error @below {{'check.expect_close' op does not hold: expected 4, got 5 at [1, 1]; error 0.25, limit 1e-05}}
  check.expect_close %a, %b : tensor<2x2xf32>
  return
}

// -----

// The worst of all is named; NaNs and infinities have no tolerance.
func.func @nan() {
  %a = arith.constant dense<[1.0, 0x7FC00000]> : tensor<2xf32>
  %b = arith.constant dense<[1.5, 1.0]> : tensor<2xf32>
  // expected-error @below {{does not hold: expected 1, got nan at [1]}}
  check.expect_close %a, %b {atol = 1.0} : tensor<2xf32>
  return
}
func.func @equal() {
  %a = arith.constant 1 : i8
  %b = arith.constant 2 : i8
  // expected-error @below {{'check.expect_eq' op does not hold: expected 2, got 1 at []}}
  check.expect_eq %a, %b : i8
  return
}
func.func @true() {
  %a = arith.constant dense<[true, false]> : tensor<2xi1>
  // expected-error @below {{'check.expect_true' op does not hold: element 1 is false}}
  check.expect_true %a : tensor<2xi1>
  return
}

// -----

// What is undefined in compiled code is an error here.
func.func @divide() {
  %a = arith.constant dense<[1, 2]> : tensor<2xi32>
  %b = arith.constant dense<[1, 0]> : tensor<2xi32>
  // expected-error @below {{'arith.divsi' op has undefined behaviour on its operands}}
  %c = arith.divsi %a, %b : tensor<2xi32>
  return
}
func.func @bounds() {
  %a = arith.constant dense<[1, 2]> : tensor<2xi32>
  %i = arith.constant 2 : index
  // expected-error @below {{'tensor.extract' op expected index 0 in [0, 2), got 2}}
  %x = tensor.extract %a[%i] : tensor<2xi32>
  return
}
func.func @slice() {
  %a = arith.constant dense<[1, 2]> : tensor<2xi32>
  %i = arith.constant 1 : index
  // expected-error @below {{'tensor.extract_slice' op expected a slice inside of the size 2 of dimension 0, got offset 1, size 2, stride 1}}
  %x = tensor.extract_slice %a[%i] [2] [1] : tensor<2xi32> to tensor<2xi32>
  return
}
// A run-time size that contradicts the static one.
func.func @cast() {
  %n = arith.constant 3 : index
  %x = tensor.empty(%n) : tensor<?xf32>
  // expected-error @below {{'tensor.cast' op expected 'tensor<2xf32>' for result 0, got 'tensor<3xf32>'}}
  %y = tensor.cast %x : tensor<?xf32> to tensor<2xf32>
  return
}
#id = affine_map<(i) -> (i)>
func.func @sizes(%unused: i1) { return }
func.func @contradiction() {
  %a = arith.constant dense<1.0> : tensor<2xf32>
  %b = arith.constant dense<1.0> : tensor<3xf32>
  %da = tensor.cast %a : tensor<2xf32> to tensor<?xf32>
  %db = tensor.cast %b : tensor<3xf32> to tensor<?xf32>
  // expected-error @below {{'linalg.generic' op expected size 2 of dimension 0 of operand 1, got 3}}
  %y = linalg.generic {indexing_maps = [#id, #id], iterator_types = ["parallel"]} ins(%da : tensor<?xf32>) outs(%db : tensor<?xf32>) {
  ^bb0(%x: f32, %o: f32):
    linalg.yield %x : f32
  } -> tensor<?xf32>
  return
}
func.func @assertion() {
  %f = arith.constant false
  // expected-error @below {{'cf.assert' op does not hold: expected the truth}}
  cf.assert %f, "expected the truth"
  return
}
func.func @buffers() {
  // expected-error @below {{'memref.alloc' op has no evaluation}}
  %m = memref.alloc() : memref<2xf32>
  return
}

// -----

// expected-error @below {{expected a public function without arguments to run}}
module {
  func.func private @f() { return }
}
