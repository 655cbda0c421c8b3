// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @chain
// CHECK-SAME: (%[[X:.+]]: tensor<?xf32>, %[[Y:.+]]: tensor<3xf32>)
// CHECK: %[[R:.+]]:2 = graph.fusion (%[[A:.+]] = %[[X]] : tensor<?xf32>, %[[B:.+]] = %[[Y]] : tensor<3xf32>) {
// CHECK-NEXT: %[[E:.+]] = graph.exp %[[A]]
// CHECK-NEXT: %[[S:.+]] = graph.add %[[E]], %[[B]]
// CHECK-NEXT: graph.yield %[[S]], %[[E]] : tensor<3xf32>, tensor<?xf32>
// CHECK: return %[[R]]#0, %[[R]]#1
// LINALG-LABEL: func.func @chain
// LINALG: math.exp
// LINALG: arith.addf
func.func @chain(%x: tensor<?xf32>, %y: tensor<3xf32>) -> (tensor<3xf32>, tensor<?xf32>) {
  %r:2 = graph.fusion (%a = %x : tensor<?xf32>, %b = %y : tensor<3xf32>) {
    %e = graph.exp %a : tensor<?xf32>
    %s = graph.add %e, %b : (tensor<?xf32>, tensor<3xf32>) -> tensor<3xf32>
    graph.yield %s, %e : tensor<3xf32>, tensor<?xf32>
  }
  return %r#0, %r#1 : tensor<3xf32>, tensor<?xf32>
}

// Sizes may go in.
// CHECK-LABEL: func.func @sizes
// CHECK: graph.fusion (%{{.+}} = %{{.+}} : tensor<f32>, %{{.+}} = %{{.+}} : index) attributes {kind = "broadcast"}
func.func @sizes(%x: tensor<f32>, %n: index) -> tensor<?xf32> {
  %r = graph.fusion (%a = %x : tensor<f32>, %m = %n : index) attributes {kind = "broadcast"} {
    %y = graph.broadcast %a [%m] : tensor<f32> -> tensor<?xf32>
    graph.yield %y : tensor<?xf32>
  }
  return %r : tensor<?xf32>
}
