// RUN: graph-opt %s | graph-opt | FileCheck %s

// CHECK-LABEL: func.func @a_number_for_each_axis
func.func @a_number_for_each_axis(%x: tensor<?x3xbf16>) -> tensor<?x2xi64> {
  // CHECK: graph.nonzero %{{.+}} : tensor<?x3xbf16> -> tensor<?x2xi64>
  %y = graph.nonzero %x : tensor<?x3xbf16> -> tensor<?x2xi64>
  return %y : tensor<?x2xi64>
}
