// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-to-linalg %s | FileCheck %s --check-prefix=LINALG

// 17 elements: five merges, two in each of three rounds.
// CHECK-LABEL: func.func @argsort
// CHECK: graph.argsort %{{.+}} axis 1 descending : tensor<2x17xf32> -> tensor<2x17xi64>
// LINALG-LABEL: func.func @argsort
// LINALG: %[[ROUNDS:.+]] = arith.constant 3 : index
// LINALG: scf.for %{{.+}} = %{{.+}} to %[[ROUNDS]]
func.func @argsort(%x: tensor<2x17xf32>) -> tensor<2x17xi64> {
  %y = graph.argsort %x axis 1 descending : tensor<2x17xf32> -> tensor<2x17xi64>
  return %y : tensor<2x17xi64>
}

// CHECK-LABEL: func.func @ascending
// CHECK: graph.argsort %{{.+}} axis 0 : tensor<?x2xi1> -> tensor<?x2xi64>
func.func @ascending(%x: tensor<?x2xi1>) -> tensor<?x2xi64> {
  %y = graph.argsort %x axis 0 : tensor<?x2xi1> -> tensor<?x2xi64>
  return %y : tensor<?x2xi64>
}
