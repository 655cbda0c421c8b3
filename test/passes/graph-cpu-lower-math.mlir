// RUN: graph-opt %s "--graph-cpu-lower-math=cpu=haswell" | FileCheck %s --check-prefixes=CHECK,FMA
// RUN: graph-opt %s "--graph-cpu-lower-math=cpu=x86-64" | FileCheck %s --check-prefixes=CHECK,SSE

// CHECK-LABEL: func @exp
// CHECK-NOT: math.exp
// FMA: math.fma
// SSE-NOT: math.fma
func.func @exp(%x: vector<8xf32>) -> vector<8xf32> {
  %0 = math.exp %x : vector<8xf32>
  return %0 : vector<8xf32>
}

// Polynomials for large arguments are not accurate enough: this is for libm.
// CHECK-LABEL: func @sin
// CHECK: math.sin
func.func @sin(%x: vector<8xf32>) -> vector<8xf32> {
  %0 = math.sin %x : vector<8xf32>
  return %0 : vector<8xf32>
}

// CHECK-LABEL: func @asinh
// CHECK-COUNT-4: math.asinh {{.+}} : f32
// CHECK: vector.from_elements
func.func @asinh(%x: vector<4xf32>) -> vector<4xf32> {
  %0 = math.asinh %x : vector<4xf32>
  return %0 : vector<4xf32>
}
