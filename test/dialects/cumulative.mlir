// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// Lines along the axis, one after the other; f16 accumulates in f32.
// CHECK-LABEL: func.func @cumulative_sum
// CHECK: graph.cumulative_sum %{{.+}} axis 0 : tensor<?x3xf16>
// LINALG-LABEL: func.func @cumulative_sum
// LINALG: scf.for
// LINALG: scf.for {{.*}} -> (tensor<?x3xf32>, f32)
func.func @cumulative_sum(%x: tensor<?x3xf16>) -> tensor<?x3xf16> {
  %y = graph.cumulative_sum %x axis 0 : tensor<?x3xf16>
  return %y : tensor<?x3xf16>
}

// CHECK-LABEL: func.func @others
// CHECK: graph.cumulative_prod %{{.+}} axis 1 : tensor<2x3xi32>
// CHECK: graph.cumulative_max
// CHECK: graph.cumulative_min
func.func @others(%x: tensor<2x3xi32>) -> (tensor<2x3xi32>, tensor<2x3xi32>, tensor<2x3xi32>) {
  %p = graph.cumulative_prod %x axis 1 : tensor<2x3xi32>
  %a = graph.cumulative_max %x axis 1 : tensor<2x3xi32>
  %i = graph.cumulative_min %x axis 0 : tensor<2x3xi32>
  return %p, %a, %i : tensor<2x3xi32>, tensor<2x3xi32>, tensor<2x3xi32>
}
