// RUN: graph-opt --graph-fuse %s | FileCheck %s
// RUN: graph-opt --graph-fuse %s --remarks-filter=graph-fuse --remark-policy=all 2>&1 >/dev/null | FileCheck %s --check-prefix=REMARK
// RUN: graph-opt --graph-fuse="max-ops=3" %s | FileCheck %s --check-prefix=SMALL
// RUN: graph-opt --graph-fuse="flops-per-byte=0" %s | FileCheck %s --check-prefix=DEAR

// CHECK-LABEL: @a_chain
// CHECK-NEXT: %[[F:.+]] = graph.fusion (%[[A:.+]] = %arg0 : tensor<4xf32>) {
// CHECK-COUNT-8: graph.exp
// CHECK-NEXT: graph.yield
// CHECK-NEXT: }
// CHECK-NEXT: return %[[F]]
// SMALL-LABEL: @a_chain
// SMALL-COUNT-3: graph.fusion
func.func @a_chain(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.exp %x : tensor<4xf32>
  %1 = graph.exp %0 : tensor<4xf32>
  %2 = graph.exp %1 : tensor<4xf32>
  %3 = graph.exp %2 : tensor<4xf32>
  %4 = graph.exp %3 : tensor<4xf32>
  %5 = graph.exp %4 : tensor<4xf32>
  %6 = graph.exp %5 : tensor<4xf32>
  %7 = graph.exp %6 : tensor<4xf32>
  return %7 : tensor<4xf32>
}

// A value with users inside and outside of the fusion ends one of its own: the fusions form no circle.
// CHECK-LABEL: @two_users
// CHECK: %[[N:.+]] = graph.fusion
// CHECK: graph.neg
// CHECK: %[[R:.+]] = graph.reshape %[[N]]
// CHECK: graph.fusion
// CHECK: graph.add
func.func @two_users(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = graph.exp %x : tensor<4xf32>
  %n = graph.neg %e : tensor<4xf32>
  %r = graph.reshape %n [2, 2] : tensor<4xf32> -> tensor<2x2xf32>
  %b = graph.reshape %r [4] : tensor<2x2xf32> -> tensor<4xf32>
  %s = graph.sin %b : tensor<4xf32>
  %a = graph.add %n, %s : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %a : tensor<4xf32>
}

// CHECK-LABEL: @a_diamond
// CHECK: graph.fusion
// CHECK-NOT: graph.fusion
// CHECK: return
func.func @a_diamond(%x: tensor<4xf32>) -> tensor<4xf32> {
  %e = graph.exp %x : tensor<4xf32>
  %n = graph.neg %e : tensor<4xf32>
  %s = graph.sin %e : tensor<4xf32>
  %a = graph.add %n, %s : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %a : tensor<4xf32>
}

// Elementwise producers and consumers of a row-wise op; constants of one element are copied in.
// CHECK-LABEL: @rows
// CHECK-NOT: graph.constant
// CHECK: graph.fusion (%{{.+}} = %arg0 : tensor<4x8xf32>) {
// CHECK-NEXT: graph.constant
// CHECK-NEXT: graph.mul
// CHECK-NEXT: graph.softmax
// CHECK-NEXT: graph.exp
func.func @rows(%x: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %c = graph.constant dense<2.0> : tensor<f32>
  %m = graph.mul %x, %c : (tensor<4x8xf32>, tensor<f32>) -> tensor<4x8xf32>
  %s = graph.softmax %m axis 1 : tensor<4x8xf32>
  %e = graph.exp %s : tensor<4x8xf32>
  return %e : tensor<4x8xf32>
}

// A product takes its epilogue, and neither producers nor another product.
// CHECK-LABEL: @products
// CHECK: %[[E:.+]] = graph.exp
// CHECK: %[[M:.+]] = graph.matmul %[[E]]
// CHECK: graph.fusion
// CHECK-NEXT: graph.matmul
// CHECK-NEXT: graph.add
// CHECK-NEXT: graph.tanh
func.func @products(%x: tensor<4x4xf32>, %bias: tensor<4xf32>) -> tensor<4x4xf32> {
  %e = graph.exp %x : tensor<4x4xf32>
  %m = graph.matmul %e, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %n = graph.matmul %m, %x : (tensor<4x4xf32>, tensor<4x4xf32>) -> tensor<4x4xf32>
  %a = graph.add %n, %bias : (tensor<4x4xf32>, tensor<4xf32>) -> tensor<4x4xf32>
  %t = graph.tanh %a : tensor<4x4xf32>
  return %t : tensor<4x4xf32>
}

// Producers fold into a reduction; its consumers don't.
// CHECK-LABEL: @reductions
// CHECK: %[[F:.+]] = graph.fusion
// CHECK: graph.reduce_sum
// CHECK-NEXT: graph.yield
// CHECK: graph.neg %[[F]]
func.func @reductions(%x: tensor<4x8xf32>) -> tensor<4xf32> {
  %e = graph.exp %x : tensor<4x8xf32>
  %s = graph.reduce_sum %e axes [1] : tensor<4x8xf32> -> tensor<4xf32>
  %n = graph.neg %s : tensor<4xf32>
  return %n : tensor<4xf32>
}

// What is stretched is computed again for each element: worth it where it is cheap.
// CHECK-LABEL: @stretched
// CHECK: graph.fusion
// CHECK-NEXT: graph.neg
// CHECK-NEXT: graph.add
// DEAR-LABEL: @stretched
// DEAR-NOT: graph.fusion
func.func @stretched(%x: tensor<8xf32>, %y: tensor<4x8xf32>) -> tensor<4x8xf32> {
  %n = graph.neg %x : tensor<8xf32>
  %a = graph.add %n, %y : (tensor<8xf32>, tensor<4x8xf32>) -> tensor<4x8xf32>
  return %a : tensor<4x8xf32>
}

// REMARK-DAG: {{.*}}a reduction ends a fusion
// REMARK-DAG: {{.*}}a matrix product reads it many times
// REMARK-DAG: {{.*}}Ops=8
