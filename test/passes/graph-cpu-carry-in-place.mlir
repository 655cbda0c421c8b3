// RUN: graph-opt %s --graph-cpu-carry-in-place | FileCheck %s

// CHECK-LABEL: func @loop
// CHECK: scf.for {{.+}} iter_args(%[[CARRIED:.+]] = %{{.+}})
// CHECK: %[[NEXT:.+]] = math.exp %[[CARRIED]]
// CHECK: cf.assert %{{.+}}, "expected a tensor that a loop carries to keep its size"
// CHECK: %[[WRITTEN:.+]] = bufferization.materialize_in_destination %[[NEXT]] in %[[CARRIED]]
// CHECK: scf.yield %[[WRITTEN]]
func.func @loop(%x: tensor<?xf32>, %n: index) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%carried = %x) -> tensor<?xf32> {
    %next = math.exp %carried : tensor<?xf32>
    scf.yield %next : tensor<?xf32>
  }
  return %0 : tensor<?xf32>
}

// What is written into the carried tensor is there already.
// CHECK-LABEL: func @insert
// CHECK-NOT: materialize_in_destination
func.func @insert(%x: tensor<?xf32>, %n: index, %v: f32) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%carried = %x) -> tensor<?xf32> {
    %next = tensor.insert %v into %carried[%i] : tensor<?xf32>
    scf.yield %next : tensor<?xf32>
  }
  return %0 : tensor<?xf32>
}
