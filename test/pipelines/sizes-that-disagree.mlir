// Sizes that are known only when a function runs are an error where they contradict each other: nothing is read or written past its end.
// RUN: rm -rf %t && mkdir %t && split-file %s %t
// RUN: not graph-run --random-inputs %t/flat.mlir 2>&1 | FileCheck %s
// RUN: not graph-run --random-inputs %t/last.mlir 2>&1 | FileCheck %s
// RUN: not graph-run --random-inputs -O0 %t/loop.mlir 2>&1 | FileCheck %s --check-prefix=LOOP
// RUN: not graph-run --random-inputs %t/loop.mlir 2>&1 | FileCheck %s --check-prefix=LOOP

// CHECK: graph-run: error: expected a shape of as many elements
// LOOP: graph-run: error: expected a tensor that a loop carries to keep its size

//--- flat.mlir
func.func @flat(%x: tensor<?x4xf32>, %k: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %k, %c0 : tensor<?xf32>
  %y = graph.reshape %x [%n] : tensor<?x4xf32> -> tensor<?xf32>
  return %y : tensor<?xf32>
}

//--- last.mlir
func.func @last(%x: tensor<?x4xf32>) -> tensor<?x8xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x4xf32>
  %y = graph.reshape %x [%n, 8] : tensor<?x4xf32> -> tensor<?x8xf32>
  return %y : tensor<?x8xf32>
}

//--- loop.mlir
func.func @loop(%x: tensor<?x4xf32>) -> tensor<4xf32> {
  %none = graph.constant dense<0.0> : tensor<0x4xf32>
  %start = tensor.cast %none : tensor<0x4xf32> to tensor<?x4xf32>
  %zero = graph.constant dense<0> : tensor<i64>
  %r:2 = scf.while (%i = %zero, %a = %start) : (tensor<i64>, tensor<?x4xf32>) -> (tensor<i64>, tensor<?x4xf32>) {
    %three = graph.constant dense<3> : tensor<i64>
    %goes = graph.lt %i, %three : (tensor<i64>, tensor<i64>) -> tensor<i1>
    %yes = tensor.extract %goes[] : tensor<i1>
    scf.condition(%yes) %i, %a : tensor<i64>, tensor<?x4xf32>
  } do {
  ^bb0(%i: tensor<i64>, %a: tensor<?x4xf32>):
    %one = graph.constant dense<1> : tensor<i64>
    %next = graph.add %i, %one : (tensor<i64>, tensor<i64>) -> tensor<i64>
    %b = graph.exp %x : tensor<?x4xf32>
    scf.yield %next, %b : tensor<i64>, tensor<?x4xf32>
  }
  %s = graph.reduce_sum %r#1 axes [0] : tensor<?x4xf32> -> tensor<4xf32>
  return %s : tensor<4xf32>
}
