// RUN: graph-opt --graph-cse --split-input-file %s | FileCheck %s

// CHECK-LABEL: @commutative
// CHECK: %[[A:.+]] = graph.add %arg0, %arg1
// CHECK-NEXT: return %[[A]], %[[A]]
func.func @commutative(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = graph.add %x, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.add %y, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: @sub_is_not_commutative
// CHECK-COUNT-2: graph.sub
func.func @sub_is_not_commutative(%x: tensor<4xf32>, %y: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = graph.sub %x, %y : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %1 = graph.sub %y, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// Equal ops whose operands became equal are equal: one sweep is enough.
// CHECK-LABEL: @transitive
// CHECK: %[[E:.+]] = graph.exp %arg0
// CHECK-NEXT: %[[N:.+]] = graph.neg %[[E]]
// CHECK-NEXT: return %[[N]], %[[N]]
func.func @transitive(%x: tensor<4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = graph.exp %x : tensor<4xf32>
  %1 = graph.exp %x : tensor<4xf32>
  %2 = graph.neg %0 : tensor<4xf32>
  %3 = graph.neg %1 : tensor<4xf32>
  return %2, %3 : tensor<4xf32>, tensor<4xf32>
}

// CHECK-LABEL: @attributes_and_types_count
// CHECK-COUNT-2: graph.reduce_sum
func.func @attributes_and_types_count(%x: tensor<4x4xf32>) -> (tensor<4xf32>, tensor<4xf32>) {
  %0 = graph.reduce_sum %x axes [0] : tensor<4x4xf32> -> tensor<4xf32>
  %1 = graph.reduce_sum %x axes [1] : tensor<4x4xf32> -> tensor<4xf32>
  return %0, %1 : tensor<4xf32>, tensor<4xf32>
}

// An expression of an enclosing block serves inside; one of a region does not serve after it, nor in the other region.
// CHECK-LABEL: @scopes
// CHECK: %[[E:.+]] = graph.exp
// CHECK: scf.if
// CHECK-NEXT: %[[N:.+]] = graph.neg
// CHECK-NEXT: %[[S:.+]] = graph.add %[[N]], %[[E]]
// CHECK: else
// CHECK-NEXT: graph.neg
// CHECK: graph.neg
func.func @scopes(%x: tensor<4xf32>, %c: i1) -> (tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) {
  %e = graph.exp %x : tensor<4xf32>
  %r = scf.if %c -> tensor<4xf32> {
    %n = graph.neg %x : tensor<4xf32>
    %f = graph.exp %x : tensor<4xf32>
    %s = graph.add %n, %f : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
    scf.yield %s : tensor<4xf32>
  } else {
    %n = graph.neg %x : tensor<4xf32>
    scf.yield %n : tensor<4xf32>
  }
  %n = graph.neg %x : tensor<4xf32>
  return %e, %r, %n : tensor<4xf32>, tensor<4xf32>, tensor<4xf32>
}

// Reads of a parameter are one.
// CHECK-LABEL: @reads
// CHECK: %[[W:.+]] = graph.get @w
// CHECK-NEXT: return %[[W]], %[[W]]
graph.parameter @w : tensor<f32> = dense<1.0> : tensor<f32>
func.func @reads() -> (tensor<f32>, tensor<f32>) {
  %0 = graph.get @w : tensor<f32>
  %1 = graph.get @w : tensor<f32>
  return %0, %1 : tensor<f32>, tensor<f32>
}

// CHECK-LABEL: @effects_stay
// CHECK-COUNT-2: cf.assert
func.func @effects_stay(%c: i1) {
  cf.assert %c, "no"
  cf.assert %c, "no"
  return
}
