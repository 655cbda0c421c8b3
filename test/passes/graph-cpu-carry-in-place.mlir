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

// The corner is another iteration's part.
// CHECK-LABEL: func @shared_output
// CHECK-SAME: (%[[X:.+]]: tensor<4xf32>)
// CHECK: scf.forall {{.+}} shared_outs(%[[OUT:.+]] = %[[X]])
// CHECK: tensor.extract_slice %[[X]][0] [1] [1]
// CHECK: tensor.extract_slice %[[OUT]][%{{.+}}] [1] [1]
func.func @shared_output(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = scf.forall (%i) in (4) shared_outs(%out = %x) -> tensor<4xf32> {
    %corner = tensor.extract_slice %out[0] [1] [1] : tensor<4xf32> to tensor<1xf32>
    %own = tensor.extract_slice %out[%i] [1] [1] : tensor<4xf32> to tensor<1xf32>
    %sum = arith.addf %corner, %own : tensor<1xf32>
    scf.forall.in_parallel {
      tensor.parallel_insert_slice %sum into %out[%i] [1] [1] : tensor<1xf32> into tensor<4xf32>
    }
  }
  return %0 : tensor<4xf32>
}
