// RUN: graph-opt --graph-canonicalize --split-input-file %s | FileCheck %s

// CHECK-LABEL: @folds_of_ops
// CHECK-NEXT: return %arg1
func.func @folds_of_ops(%c: tensor<4xi1>, %x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.reshape %x [4] : tensor<4xf32> -> tensor<4xf32>
  %1 = graph.select %c, %0, %x : (tensor<4xi1>, tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %1 : tensor<4xf32>
}

// CHECK-LABEL: @patterns_of_upstream
// CHECK-NOT: scf.if
// CHECK: %[[E:.+]] = graph.exp
// CHECK-NEXT: return %[[E]]
func.func @patterns_of_upstream(%x: tensor<4xf32>) -> tensor<4xf32> {
  %true = arith.constant true
  %r = scf.if %true -> tensor<4xf32> {
    %e = graph.exp %x : tensor<4xf32>
    scf.yield %e : tensor<4xf32>
  } else {
    scf.yield %x : tensor<4xf32>
  }
  return %r : tensor<4xf32>
}

// CHECK-LABEL: @reshape_to_the_shape_there_is
// CHECK-NEXT: return %arg0
func.func @reshape_to_the_shape_there_is(%x: tensor<?x10xf32> {graph.dims = ["batch", 10]}) -> tensor<?x10xf32>
    attributes {graph.symbols = {batch = [1, 64]}} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x10xf32>
  %y = graph.reshape %x [%n, 10] : tensor<?x10xf32> -> tensor<?x10xf32>
  return %y : tensor<?x10xf32>
}

// CHECK-LABEL: @broadcast_to_the_shape_there_is
// CHECK-NEXT: return %arg0
func.func @broadcast_to_the_shape_there_is(%x: tensor<?xf32> {graph.dims = ["n"]}, %y: tensor<?xf32> {graph.dims = ["n"]})
    -> tensor<?xf32> attributes {graph.symbols = {n = [1, 64]}} {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %y, %c0 : tensor<?xf32>
  %z = graph.broadcast %x [%n] : tensor<?xf32> -> tensor<?xf32>
  return %z : tensor<?xf32>
}

// Sizes that only may be equal keep the op.
// CHECK-LABEL: @another_shape
// CHECK: graph.broadcast
func.func @another_shape(%x: tensor<?xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %y, %c0 : tensor<?xf32>
  %z = graph.broadcast %x [%n] : tensor<?xf32> -> tensor<?xf32>
  return %z : tensor<?xf32>
}

// The size of a result is that of the argument it comes from, whatever the distance.
// CHECK-LABEL: @sizes_come_from_arguments
// CHECK: tensor.dim %arg0
func.func @sizes_come_from_arguments(%x: tensor<?x4xf32>) -> (index, tensor<?x4xf32>) {
  %c0 = arith.constant 0 : index
  %e = graph.exp %x : tensor<?x4xf32>
  %f = graph.exp %e : tensor<?x4xf32>
  %n = tensor.dim %f, %c0 : tensor<?x4xf32>
  return %n, %f : index, tensor<?x4xf32>
}
