// RUN: graph-opt %s --graph-hoist-weight-computations --split-input-file | FileCheck %s

// CHECK-LABEL: func.func @f(
// CHECK-SAME: %[[X:.+]]: tensor<2xf32>, %{{.+}}: tensor<2xf32> {graph.weight = "w"}, %[[E:.+]]: tensor<2xf32> {graph.prepared = 0 : i64})
// CHECK-NOT: math.exp
// CHECK: arith.addf %[[X]], %[[E]]
// CHECK: func.func @f_prepare(%[[W:.+]]: tensor<2xf32> {graph.weight = "w"}) -> tensor<2xf32>
// CHECK: %[[R:.+]] = math.exp %[[W]]
// CHECK: return %[[R]]
func.func @f(%x: tensor<2xf32>, %w: tensor<2xf32> {graph.weight = "w"}) -> tensor<2xf32> {
  %e = math.exp %w : tensor<2xf32>
  %0 = arith.addf %x, %e : tensor<2xf32>
  return %0 : tensor<2xf32>
}

// -----

// A view of a weight costs nothing, and what no weight is in is no concern of this pass.
// CHECK-LABEL: func.func @views
// CHECK: tensor.collapse_shape
// CHECK-NOT: @views_prepare
func.func @views(%x: tensor<4xf32>, %w: tensor<2x2xf32> {graph.weight = "w"}) -> tensor<4xf32> {
  %v = tensor.collapse_shape %w [[0, 1]] : tensor<2x2xf32> into tensor<4xf32>
  %c = arith.constant dense<1.0> : tensor<4xf32>
  %d = math.exp %c : tensor<4xf32>
  %0 = arith.addf %x, %v : tensor<4xf32>
  %1 = arith.addf %0, %d : tensor<4xf32>
  return %1 : tensor<4xf32>
}

// -----

// A weight that only the body of an op reads comes along.
// CHECK-LABEL: func.func @in_body(
// CHECK: func.func @in_body_prepare(%[[W:.+]]: tensor<f32> {graph.weight = "w"}) -> tensor<2xf32>
// CHECK: tensor.extract %[[W]][]
func.func @in_body(%x: tensor<2xf32>, %w: tensor<f32> {graph.weight = "w"}) -> tensor<2xf32> {
  %e = tensor.generate {
  ^bb0(%i: index):
    %s = tensor.extract %w[] : tensor<f32>
    tensor.yield %s : f32
  } : tensor<2xf32>
  %0 = arith.addf %x, %e : tensor<2xf32>
  return %0 : tensor<2xf32>
}
