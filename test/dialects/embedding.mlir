// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @embedding
// CHECK: graph.embedding %{{.+}}, %{{.+}} : (tensor<10x4xf32>, tensor<?x2xi64>) -> tensor<?x2x4xf32>
// LINALG-LABEL: func.func @embedding
// LINALG: linalg.generic {{.*}} ins(%{{.+}} : tensor<?x2xi64>) outs(%{{.+}} : tensor<?x2x4xf32>)
func.func @embedding(%w: tensor<10x4xf32>, %ids: tensor<?x2xi64>) -> tensor<?x2x4xf32> {
  %y = graph.embedding %w, %ids : (tensor<10x4xf32>, tensor<?x2xi64>) -> tensor<?x2x4xf32>
  return %y : tensor<?x2x4xf32>
}

// CHECK-LABEL: func.func @padding
// CHECK: graph.embedding %{{.+}}, %{{.+}} {padding_idx = 0 : i64}
func.func @padding(%w: tensor<10x4xbf16>, %ids: tensor<i32>) -> tensor<4xbf16> {
  %y = graph.embedding %w, %ids {padding_idx = 0} : (tensor<10x4xbf16>, tensor<i32>) -> tensor<4xbf16>
  return %y : tensor<4xbf16>
}
