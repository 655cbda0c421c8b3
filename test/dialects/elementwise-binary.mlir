// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --canonicalize %s | FileCheck %s --check-prefix=CANON
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @every_row
func.func @every_row(%a: tensor<?x3xf32>, %b: tensor<3xf32>, %i: tensor<4xui8>) {
  // CHECK: graph.add %{{.+}}, %{{.+}} : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  %0 = graph.add %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  // CHECK: graph.sub
  %1 = graph.sub %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  // CHECK: graph.mul
  %2 = graph.mul %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  // CHECK: graph.div
  %3 = graph.div %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  // CHECK: graph.rem
  %4 = graph.rem %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  // CHECK: graph.mod
  %5 = graph.mod %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  // CHECK: graph.pow
  %6 = graph.pow %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  // CHECK: graph.max
  %7 = graph.max %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  // CHECK: graph.min
  %8 = graph.min %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  // CHECK: graph.atan2
  %9 = graph.atan2 %a, %b : (tensor<?x3xf32>, tensor<3xf32>) -> tensor<?x3xf32>
  // CHECK: graph.and
  %10 = graph.and %i, %i : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  // CHECK: graph.or
  %11 = graph.or %i, %i : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  // CHECK: graph.xor
  %12 = graph.xor %i, %i : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  // CHECK: graph.shl
  %13 = graph.shl %i, %i : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  // CHECK: graph.shr
  %14 = graph.shr %i, %i : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  return
}

// The sign picks the instruction, and a divisor of 0 never reaches it.
// LINALG-LABEL: func.func @unsigned_division
// LINALG-SAME: tensor<4xi8>
// LINALG: %[[SAFE:.+]] = arith.select
// LINALG: arith.divui %{{.+}}, %[[SAFE]] : i8
func.func @unsigned_division(%a: tensor<4xui8>, %b: tensor<4xui8>) -> tensor<4xui8> {
  %y = graph.div %a, %b : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xui8>
  return %y : tensor<4xui8>
}

// CANON-LABEL: func.func @neutral
// CANON-SAME: (%[[X:.+]]: tensor<4xf32>, %[[I:.+]]: tensor<4xi32>)
// CANON-NEXT: return %[[X]], %[[X]], %[[X]], %[[X]], %[[I]], %[[I]]
func.func @neutral(%x: tensor<4xf32>, %i: tensor<4xi32>)
    -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xi32>, tensor<4xi32>) {
  %one = graph.constant dense<1.0> : tensor<f32>
  %zero = graph.constant dense<0.0> : tensor<4xf32>
  %minus_zero = graph.constant dense<-0.0> : tensor<f32>
  %none = graph.constant dense<0> : tensor<4xi32>
  %0 = graph.mul %one, %x : (tensor<f32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.div %x, %one : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = graph.sub %x, %zero : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %3 = graph.add %x, %minus_zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %4 = graph.add %i, %none : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
  %5 = graph.or %i, %none : (tensor<4xi32>, tensor<4xi32>) -> tensor<4xi32>
  return %0, %1, %2, %3, %4, %5 : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xi32>, tensor<4xi32>
}

// -0 + 0 is 0, a product with 0 may be NaN, and a stretched operand is not the result.
// CANON-LABEL: func.func @not_neutral
// CANON: graph.add
// CANON: graph.mul
// CANON: graph.mul
func.func @not_neutral(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>, tensor<2x4xf32>) {
  %zero = graph.constant dense<0.0> : tensor<f32>
  %one = graph.constant dense<1.0> : tensor<2x4xf32>
  %0 = graph.add %x, %zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %1 = graph.mul %x, %zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  %2 = graph.mul %x, %one : (tensor<4xf32>, tensor<2x4xf32>) -> tensor<2x4xf32>
  return %0, %1, %2 : tensor<4xf32>, tensor<4xf32>, tensor<2x4xf32>
}

// Small powers are products: to the bit, or within an ulp where the type has some to spare.
// CANON-LABEL: func.func @small_powers
// CANON-SAME: (%[[X:.+]]: tensor<?xf32>, %[[H:.+]]: tensor<4xf16>)
// CANON: %[[SQUARE:.+]] = graph.mul %[[X]], %[[X]]
// CANON: %[[CUBE:.+]] = graph.mul %{{.+}}, %[[X]]
// CANON: %[[HALVES:.+]] = graph.mul %[[H]], %[[H]]
// CANON: %[[ROUNDED:.+]] = graph.pow %[[H]]
func.func @small_powers(%x: tensor<?xf32>, %h: tensor<4xf16>) -> (tensor<?xf32>, tensor<?xf32>, tensor<4xf16>, tensor<4xf16>) {
  %two = graph.constant dense<2.0> : tensor<f32>
  %three = graph.constant dense<3.0> : tensor<f32>
  %two_h = graph.constant dense<2.0> : tensor<f16>
  %three_h = graph.constant dense<3.0> : tensor<f16>
  %a = graph.pow %x, %two : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %b = graph.pow %x, %three : (tensor<?xf32>, tensor<f32>) -> tensor<?xf32>
  %c = graph.pow %h, %two_h : (tensor<4xf16>, tensor<f16>) -> tensor<4xf16>
  %d = graph.pow %h, %three_h : (tensor<4xf16>, tensor<f16>) -> tensor<4xf16>
  return %a, %b, %c, %d : tensor<?xf32>, tensor<?xf32>, tensor<4xf16>, tensor<4xf16>
}
