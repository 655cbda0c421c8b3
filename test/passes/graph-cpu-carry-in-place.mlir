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

// A tensor that grows: the check stands before what would write past the end of the carried one.
// CHECK-LABEL: func @grow
// CHECK: scf.for {{.+}} iter_args(%[[CARRIED:.+]] = %{{.+}})
// CHECK: %[[SIZE:.+]] = arith.addi
// CHECK: tensor.empty(%[[SIZE]])
// CHECK: %[[NOW:.+]] = tensor.dim %[[CARRIED]]
// CHECK: %[[SAME:.+]] = arith.cmpi eq, %[[SIZE]], %[[NOW]]
// CHECK: cf.assert %[[SAME]], "expected a tensor that a loop carries to keep its size"
// CHECK: tensor.insert_slice
func.func @grow(%x: tensor<?xf32>, %n: index) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %0 = scf.for %i = %c0 to %n step %c1 iter_args(%carried = %x) -> tensor<?xf32> {
    %size = tensor.dim %carried, %c0 : tensor<?xf32>
    %more = arith.addi %size, %c1 : index
    %empty = tensor.empty(%more) : tensor<?xf32>
    %next = tensor.insert_slice %carried into %empty[1] [%size] [1] : tensor<?xf32> into tensor<?xf32>
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

// A condition that nothing reads after the loop is carried all the same: results and what is carried are in one order.
// CHECK-LABEL: func @fewer_results
// CHECK: %[[LOOP:.+]]:2 = scf.while (%[[FLAG:.+]] = %{{.+}}, %[[COUNT:.+]] = %{{.+}}) : (tensor<i1>, tensor<i64>) -> (tensor<i1>, tensor<i64>)
// CHECK: scf.condition(%{{.+}}) %[[FLAG]], %[[COUNT]] : tensor<i1>, tensor<i64>
// CHECK: ^bb0(%{{.+}}: tensor<i1>, %[[IN:.+]]: tensor<i64>)
// CHECK: tensor.extract %[[IN]][]
// CHECK: return %[[LOOP]]#1
func.func @fewer_results(%go: tensor<i1>, %start: tensor<i64>) -> tensor<i64> {
  %0 = scf.while (%flag = %go, %count = %start) : (tensor<i1>, tensor<i64>) -> tensor<i64> {
    %goes = tensor.extract %flag[] : tensor<i1>
    scf.condition(%goes) %count : tensor<i64>
  } do {
  ^bb0(%count: tensor<i64>):
    %c1 = arith.constant 1 : i64
    %c5 = arith.constant 5 : i64
    %old = tensor.extract %count[] : tensor<i64>
    %new = arith.addi %old, %c1 : i64
    %less = arith.cmpi slt, %new, %c5 : i64
    %flag = tensor.from_elements %less : tensor<i1>
    %next = tensor.from_elements %new : tensor<i64>
    scf.yield %flag, %next : tensor<i1>, tensor<i64>
  }
  return %0 : tensor<i64>
}
