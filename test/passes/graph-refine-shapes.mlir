// RUN: graph-opt --graph-refine-shapes --split-input-file %s | FileCheck %s
// RUN: graph-opt --graph-refine-shapes="sizes=batch=4" %S/Inputs/batch.mlir | FileCheck %S/Inputs/batch.mlir

// CHECK-LABEL: func.func @forward(%arg0: tensor<4x8xf32>) -> tensor<4xf32>
// CHECK: graph.exp %{{.+}} : tensor<4x8xf32>
// CHECK: graph.reduce_sum %{{.+}} axes [1] : tensor<4x8xf32> -> tensor<4xf32>
func.func @forward(%x: tensor<4x8xf32>) -> tensor<?xf32> {
  %c = tensor.cast %x : tensor<4x8xf32> to tensor<?x?xf32>
  %e = graph.exp %c : tensor<?x?xf32>
  %s = graph.reduce_sum %e axes [1] : tensor<?x?xf32> -> tensor<?xf32>
  return %s : tensor<?xf32>
}

// -----

// Index arithmetic is understood.
// CHECK-LABEL: func.func @through_sizes
// CHECK: graph.broadcast %{{.+}} : tensor<f32> -> tensor<9xf32>
func.func @through_sizes(%x: tensor<4x8xf32>, %s: tensor<f32>) -> tensor<?xf32> {
  %c1 = arith.constant 1 : index
  %d = tensor.dim %x, %c1 : tensor<4x8xf32>
  %n = arith.addi %d, %c1 : index
  %b = graph.broadcast %s [%n] : tensor<f32> -> tensor<?xf32>
  return %b : tensor<?xf32>
}

// -----

// What a region yields keeps its type, by a cast.
// CHECK-LABEL: func.func @regions
// CHECK: %[[E:.+]] = graph.exp %{{.+}} : tensor<4xf32>
// CHECK-NEXT: %[[C:.+]] = tensor.cast %[[E]] : tensor<4xf32> to tensor<?xf32>
// CHECK-NEXT: scf.yield %[[C]]
func.func @regions(%p: i1, %x: tensor<4xf32>, %y: tensor<?xf32>) -> tensor<?xf32> {
  %r = scf.if %p -> tensor<?xf32> {
    %c = tensor.cast %x : tensor<4xf32> to tensor<?xf32>
    %e = graph.exp %c : tensor<?xf32>
    scf.yield %e : tensor<?xf32>
  } else {
    scf.yield %y : tensor<?xf32>
  }
  return %r : tensor<?xf32>
}

// -----

// CHECK-LABEL: func.func @caller
// CHECK-SAME: -> tensor<4xf32>
// CHECK: %[[R:.+]] = call @callee() : () -> tensor<4xf32>
// CHECK-NEXT: graph.exp %[[R]] : tensor<4xf32>
// CHECK: func.func private @callee() -> tensor<4xf32>
func.func @caller() -> tensor<?xf32> {
  %r = func.call @callee() : () -> tensor<?xf32>
  %e = graph.exp %r : tensor<?xf32>
  return %e : tensor<?xf32>
}
func.func private @callee() -> tensor<?xf32> {
  %c = graph.constant dense<1.0> : tensor<4xf32>
  %d = tensor.cast %c : tensor<4xf32> to tensor<?xf32>
  return %d : tensor<?xf32>
}

// -----

// Results are described by names of sizes.
// CHECK-LABEL: func.func @names
// CHECK-SAME: -> (tensor<?xf32> {graph.dims = ["batch"]})
func.func @names(%x: tensor<?x8xf32> {graph.dims = ["batch", 8]}) -> tensor<?xf32> attributes {graph.symbols = {batch = [1, 64]}} {
  %s = graph.reduce_sum %x axes [1] : tensor<?x8xf32> -> tensor<?xf32>
  return %s : tensor<?xf32>
}

// -----

// A circle of calls keeps its results' types.
// CHECK-LABEL: func.func private @circle
// CHECK-SAME: -> tensor<?xf32>
// CHECK: %[[E:.+]] = graph.exp %{{.+}} : tensor<4xf32>
// CHECK: %[[C:.+]] = tensor.cast %[[E]]
// CHECK: return %[[C]] : tensor<?xf32>
func.func private @circle(%p: i1, %x: tensor<4xf32>) -> tensor<?xf32> {
  scf.if %p {
    %r = func.call @circle(%p, %x) : (i1, tensor<4xf32>) -> tensor<?xf32>
  }
  %c = tensor.cast %x : tensor<4xf32> to tensor<?xf32>
  %e = graph.exp %c : tensor<?xf32>
  return %e : tensor<?xf32>
}
