// RUN: graph-opt %s --graph-cpu-outline-shapes | FileCheck %s

// CHECK-LABEL: func.func @concat(
// CHECK: func.func @concat_shapes(%[[N:.+]]: index, %[[M:.+]]: index) -> index attributes {graph.sizes}
// CHECK-NOT: tensor
// CHECK: return %{{.+}} : index
func.func @concat(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<2xf32>) {
  %0 = tensor.concat dim(0) %x, %y : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = arith.constant dense<0.0> : tensor<2xf32>
  return %0, %1 : tensor<?x4xf32>, tensor<2xf32>
}

// CHECK-LABEL: func.func @static
// CHECK-NOT: @static_shapes
func.func @static(%x: tensor<4xf32>) -> tensor<4xf32> {
  return %x : tensor<4xf32>
}

// Both ways compute the sizes alike, so the condition, which depends on data, doesn't matter.
// CHECK-LABEL: func.func @branches(
// CHECK: func.func @branches_shapes(%[[N:.+]]: index, %[[M:.+]]: index) -> (index, index) attributes {graph.sizes}
// CHECK: %[[TWICE:.+]] = arith.addi %[[N]], %[[N]]
// CHECK-NEXT: return %[[TWICE]], %[[M]]
func.func @branches(%x: tensor<?x?xf32>, %way: tensor<i1>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %condition = tensor.extract %way[] : tensor<i1>
  %y = scf.if %condition -> (tensor<?x?xf32>) {
    %n = tensor.dim %x, %c0 : tensor<?x?xf32>
    %m = tensor.dim %x, %c1 : tensor<?x?xf32>
    %twice = arith.addi %n, %n : index
    %a = tensor.empty(%twice, %m) : tensor<?x?xf32>
    scf.yield %a : tensor<?x?xf32>
  } else {
    %n = tensor.dim %x, %c0 : tensor<?x?xf32>
    %m = tensor.dim %x, %c1 : tensor<?x?xf32>
    %twice = arith.addi %n, %n : index
    %b = tensor.empty(%twice, %m) : tensor<?x?xf32>
    scf.yield %b : tensor<?x?xf32>
  }
  return %y : tensor<?x?xf32>
}

// Sizes of one name are one number.
// CHECK-LABEL: func.func @named(
// CHECK: func.func @named_shapes(%[[N:.+]]: index, %{{.+}}: index) -> index attributes {graph.sizes}
// CHECK: return %[[N]] : index
func.func @named(%x: tensor<?xf32> {graph.dims = ["n"]}, %y: tensor<?xf32> {graph.dims = ["n"]}, %way: tensor<i1>) -> tensor<?xf32>
    attributes {graph.symbols = {n = [0, 64]}} {
  %condition = tensor.extract %way[] : tensor<i1>
  %z = scf.if %condition -> (tensor<?xf32>) {
    scf.yield %x : tensor<?xf32>
  } else {
    scf.yield %y : tensor<?xf32>
  }
  return %z : tensor<?xf32>
}

// What a loop carries keeps its size; checks in it, and checks of data, are those of the function that computes.
// CHECK-LABEL: func.func @carried(
// CHECK: func.func @carried_shapes(%[[N:.+]]: index, %{{.+}}: index) -> index attributes {graph.sizes}
// CHECK-NOT: tensor
// CHECK: cf.assert %{{.+}}, "a size"
// CHECK-NOT: cf.assert
// CHECK: return %[[N]] : index
func.func @carried(%x: tensor<?xf32>, %y: tensor<?xf32>, %way: tensor<i1>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %positive = arith.cmpi sgt, %n, %c0 : index
  cf.assert %positive, "a size"
  %condition = tensor.extract %way[] : tensor<i1>
  cf.assert %condition, "data"
  %m = tensor.dim %y, %c0 : tensor<?xf32>
  %z = scf.for %i = %c0 to %m step %c1 iter_args(%a = %x) -> (tensor<?xf32>) {
    %fits = arith.cmpi slt, %i, %m : index
    cf.assert %fits, "inside"
    %b = arith.select %fits, %a, %y : tensor<?xf32>
    scf.yield %b : tensor<?xf32>
  }
  return %z : tensor<?xf32>
}

// A size that depends on data is not computed: the result says which.
// CHECK-LABEL: func.func @data(
// CHECK-SAME: -> (tensor<?x?xf32> {graph.from_data = array<i64: 0>})
// CHECK-LABEL: func.func @data_shapes(
// CHECK-SAME: %[[M:.+]]: index) -> (index, index)
// CHECK: %[[UNKNOWN:.+]] = arith.constant -1 : index
// CHECK: return %[[UNKNOWN]], %[[M]]
func.func @data(%n: tensor<index>, %x: tensor<?xf32>) -> tensor<?x?xf32> {
  %c0 = arith.constant 0 : index
  %size = tensor.extract %n[] : tensor<index>
  %m = tensor.dim %x, %c0 : tensor<?xf32>
  %0 = tensor.empty(%size, %m) : tensor<?x?xf32>
  return %0 : tensor<?x?xf32>
}

// CHECK-LABEL: func.func @either(
// CHECK-SAME: -> (tensor<?xf32> {graph.from_data = array<i64: 0>})
// CHECK-LABEL: func.func @either_shapes(
func.func @either(%x: tensor<?xf32>, %y: tensor<?xf32>, %way: tensor<i1>) -> tensor<?xf32> {
  %condition = tensor.extract %way[] : tensor<i1>
  %z = scf.if %condition -> (tensor<?xf32>) {
    scf.yield %x : tensor<?xf32>
  } else {
    scf.yield %y : tensor<?xf32>
  }
  return %z : tensor<?xf32>
}
