// RUN: graph-opt --graph-decompose %s | FileCheck %s --check-prefix=ALL
// RUN: graph-opt --graph-decompose="only=graph.linear" %s | FileCheck %s --check-prefix=ONLY
// RUN: graph-opt --graph-decompose="except=graph.linear" %s | FileCheck %s --check-prefix=EXCEPT
// RUN: not graph-opt --graph-decompose="only=graph.no_such_op" %s 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// UNKNOWN: expected the name of an op, as in 'graph.softmax', got 'graph.no_such_op'

// ALL-LABEL: @two_composites
// ALL-NOT: graph.softmax
// ALL-NOT: graph.linear
// ALL: graph.reduce_max
// ALL: graph.contract
// ONLY: graph.softmax
// ONLY-NOT: graph.linear
// EXCEPT-NOT: graph.softmax
// EXCEPT: graph.linear
func.func @two_composites(%x: tensor<4x8xf32>, %w: tensor<8x8xf32>) -> tensor<4x8xf32> {
  %s = graph.softmax %x axis 1 : tensor<4x8xf32>
  %g = graph.linear %s, %w : (tensor<4x8xf32>, tensor<8x8xf32>) -> tensor<4x8xf32>
  return %g : tensor<4x8xf32>
}
