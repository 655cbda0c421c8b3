// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --canonicalize %s | FileCheck %s --check-prefix=CANON
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @every_row
func.func @every_row(%x: tensor<?x3xf32>, %b: tensor<4xi1>) {
  // CHECK: graph.neg %{{.+}} : tensor<?x3xf32>
  %0 = graph.neg %x : tensor<?x3xf32>
  // CHECK: graph.abs
  %1 = graph.abs %x : tensor<?x3xf32>
  // CHECK: graph.sign
  %2 = graph.sign %x : tensor<?x3xf32>
  // CHECK: graph.ceil
  %3 = graph.ceil %x : tensor<?x3xf32>
  // CHECK: graph.floor
  %4 = graph.floor %x : tensor<?x3xf32>
  // CHECK: graph.trunc
  %5 = graph.trunc %x : tensor<?x3xf32>
  // CHECK: graph.round
  %6 = graph.round %x : tensor<?x3xf32>
  // CHECK: graph.sqrt
  %7 = graph.sqrt %x : tensor<?x3xf32>
  // CHECK: graph.rsqrt
  %8 = graph.rsqrt %x : tensor<?x3xf32>
  // CHECK: graph.reciprocal
  %9 = graph.reciprocal %x : tensor<?x3xf32>
  // CHECK: graph.exp
  %10 = graph.exp %x : tensor<?x3xf32>
  // CHECK: graph.expm1
  %11 = graph.expm1 %x : tensor<?x3xf32>
  // CHECK: graph.log
  %12 = graph.log %x : tensor<?x3xf32>
  // CHECK: graph.log1p
  %13 = graph.log1p %x : tensor<?x3xf32>
  // CHECK: graph.log2
  %14 = graph.log2 %x : tensor<?x3xf32>
  // CHECK: graph.sin
  %15 = graph.sin %x : tensor<?x3xf32>
  // CHECK: graph.cos
  %16 = graph.cos %x : tensor<?x3xf32>
  // CHECK: graph.tan
  %17 = graph.tan %x : tensor<?x3xf32>
  // CHECK: graph.tanh
  %18 = graph.tanh %x : tensor<?x3xf32>
  // CHECK: graph.atan
  %19 = graph.atan %x : tensor<?x3xf32>
  // CHECK: graph.erf
  %20 = graph.erf %x : tensor<?x3xf32>
  // CHECK: graph.sigmoid
  %21 = graph.sigmoid %x : tensor<?x3xf32>
  // CHECK: graph.relu
  %22 = graph.relu %x : tensor<?x3xf32>
  // CHECK: graph.silu
  %23 = graph.silu %x : tensor<?x3xf32>
  // CHECK: graph.not
  %24 = graph.not %b : tensor<4xi1>
  // CHECK: graph.exp2
  %25 = graph.exp2 %x : tensor<?x3xf32>
  // CHECK: graph.log10
  %26 = graph.log10 %x : tensor<?x3xf32>
  // CHECK: graph.asin
  %27 = graph.asin %x : tensor<?x3xf32>
  // CHECK: graph.acos
  %28 = graph.acos %x : tensor<?x3xf32>
  // CHECK: graph.sinh
  %29 = graph.sinh %x : tensor<?x3xf32>
  // CHECK: graph.cosh
  %30 = graph.cosh %x : tensor<?x3xf32>
  // CHECK: graph.asinh
  %31 = graph.asinh %x : tensor<?x3xf32>
  // CHECK: graph.acosh
  %32 = graph.acosh %x : tensor<?x3xf32>
  // CHECK: graph.atanh
  %33 = graph.atanh %x : tensor<?x3xf32>
  // CHECK: graph.softplus
  %34 = graph.softplus %x : tensor<?x3xf32>
  // CHECK: graph.stop_gradient
  %stopped = graph.stop_gradient %x : tensor<?x3xf32>
  // CHECK: graph.is_nan %{{.+}} : tensor<?x3xf32> -> tensor<?x3xi1>
  %35 = graph.is_nan %x : tensor<?x3xf32> -> tensor<?x3xi1>
  // CHECK: graph.is_inf
  %36 = graph.is_inf %x : tensor<?x3xf32> -> tensor<?x3xi1>
  // CHECK: graph.is_finite
  %37 = graph.is_finite %x : tensor<?x3xf32> -> tensor<?x3xi1>
  return
}

// LINALG-LABEL: func.func @half_computes_in_f32
// LINALG: linalg.generic
// LINALG: arith.extf %{{.+}} : f16 to f32
// LINALG: math.exp %{{.+}} : f32
// LINALG: arith.truncf %{{.+}} : f32 to f16
func.func @half_computes_in_f32(%x: tensor<?xf16>) -> tensor<?xf16> {
  %y = graph.exp %x : tensor<?xf16>
  return %y : tensor<?xf16>
}

// CANON-LABEL: func.func @twice
// CANON-SAME: (%[[X:.+]]: tensor<4xf32>)
// CANON-NEXT: %[[R:.+]] = graph.relu %[[X]]
// CANON-NEXT: return %[[X]], %[[R]]
func.func @twice(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %n = graph.neg %x : tensor<4xf32>
  %m = graph.neg %n : tensor<4xf32>
  %r = graph.relu %x : tensor<4xf32>
  %s = graph.relu %r : tensor<4xf32>
  return %m, %s : tensor<4xf32>, tensor<4xf32>
}
