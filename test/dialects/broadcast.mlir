// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --canonicalize %s | FileCheck %s --check-prefix=CANON
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// LINALG: #[[$X:.+]] = affine_map<(d0, d1, d2) -> (0, d2)>
// CHECK-LABEL: func.func @stretch
// CHECK: graph.broadcast %{{.+}} [2, 4, -1] : tensor<1x3xui8> -> tensor<2x4x3xui8>
// LINALG-LABEL: func.func @stretch
// LINALG: linalg.generic {indexing_maps = [#[[$X]],
func.func @stretch(%x: tensor<1x3xui8>) -> tensor<2x4x3xui8> {
  %y = graph.broadcast %x [2, 4, -1] : tensor<1x3xui8> -> tensor<2x4x3xui8>
  return %y : tensor<2x4x3xui8>
}

// CHECK-LABEL: func.func @dynamic
// CHECK: graph.broadcast %{{.+}} [%{{.+}}, 3] : tensor<3xf32> -> tensor<?x3xf32>
func.func @dynamic(%x: tensor<3xf32>, %n: index) -> tensor<?x3xf32> {
  %y = graph.broadcast %x [%n, 3] : tensor<3xf32> -> tensor<?x3xf32>
  return %y : tensor<?x3xf32>
}

// CANON-LABEL: func.func @same_shape
// CANON-SAME: (%[[X:.+]]: tensor<4x3xf32>)
// CANON-NEXT: return %[[X]]
func.func @same_shape(%x: tensor<4x3xf32>) -> tensor<4x3xf32> {
  %y = graph.broadcast %x [4, 3] : tensor<4x3xf32> -> tensor<4x3xf32>
  return %y : tensor<4x3xf32>
}
