// RUN: graph-opt %s | graph-opt | FileCheck %s

// CHECK-LABEL: func.func @boxes_by_their_middle
func.func @boxes_by_their_middle(%boxes: tensor<?x6x4xf16>, %scores: tensor<?x2x6xf16>, %limit: tensor<i64>, %t: tensor<f32>) -> tensor<?x3xi64> {
  // CHECK: graph.non_max_suppression %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}}, %{{.+}} center : (tensor<?x6x4xf16>,
  %y = graph.non_max_suppression %boxes, %scores, %limit, %t, %t center
    : (tensor<?x6x4xf16>, tensor<?x2x6xf16>, tensor<i64>, tensor<f32>, tensor<f32>) -> tensor<?x3xi64>
  return %y : tensor<?x3xi64>
}
