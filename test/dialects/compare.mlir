// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// CHECK-LABEL: func.func @every_row
// LINALG-LABEL: func.func @every_row
func.func @every_row(%a: tensor<4x?xf32>, %b: tensor<f32>, %u: tensor<4xui8>, %t: tensor<4xi1>) {
  // CHECK: graph.eq %{{.+}}, %{{.+}} : (tensor<4x?xf32>, tensor<f32>) -> tensor<4x?xi1>
  // LINALG: arith.cmpf oeq
  %0 = graph.eq %a, %b : (tensor<4x?xf32>, tensor<f32>) -> tensor<4x?xi1>
  // CHECK: graph.ne
  // LINALG: arith.cmpf une
  %1 = graph.ne %a, %b : (tensor<4x?xf32>, tensor<f32>) -> tensor<4x?xi1>
  // CHECK: graph.lt
  // LINALG: arith.cmpf olt
  %2 = graph.lt %a, %b : (tensor<4x?xf32>, tensor<f32>) -> tensor<4x?xi1>
  // CHECK: graph.le
  // LINALG: arith.cmpi ule
  %3 = graph.le %u, %u : (tensor<4xui8>, tensor<4xui8>) -> tensor<4xi1>
  // CHECK: graph.gt
  // LINALG: arith.cmpi ugt
  %4 = graph.gt %t, %t : (tensor<4xi1>, tensor<4xi1>) -> tensor<4xi1>
  // CHECK: graph.ge
  // LINALG: arith.cmpf oge
  %5 = graph.ge %a, %b : (tensor<4x?xf32>, tensor<f32>) -> tensor<4x?xi1>
  return
}
