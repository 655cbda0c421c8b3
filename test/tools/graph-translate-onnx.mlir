// RUN: rm -rf %t && mkdir %t && split-file %s %t
// RUN: graph-translate --export-onnx %t/mlp.mlir -o %t/mlp.onnx && graph-translate --import-onnx %t/mlp.onnx | FileCheck %t/mlp.mlir
// RUN: graph-translate --export-onnx %t/mlp.mlir -o %t/split.onnx --inline-bytes=0 && ls %t | FileCheck %t/mlp.mlir --check-prefix=FILES
// RUN: not graph-translate --export-onnx %t/mlp.mlir --inline-bytes=0 2>&1 | FileCheck %t/mlp.mlir --check-prefix=NOFILE
// RUN: graph-translate --export-onnx %t/loop.mlir -o %t/loop.onnx && graph-translate --import-onnx %t/loop.onnx | FileCheck %t/loop.mlir
// RUN: not graph-translate --export-onnx %t/random.mlir -o %t/random.onnx 2>&1 | FileCheck %t/random.mlir --match-full-lines

//--- mlp.mlir
// Names, sizes that vary and parameters come back.
// CHECK: graph.parameter @fc1.weight : tensor<100x3xf32> = #graph.external<"mlp.onnx"
// CHECK: func.func @main(%{{.+}}: tensor<?x3xf32> {graph.dims = ["batch", 3], graph.name = "x"})
// CHECK-SAME: graph.dims = ["batch", 100], graph.name = "logits"
// CHECK-NOT: graph.random
// CHECK: graph.relu
// FILES: split.onnx
// FILES-NEXT: split.onnx.data
// NOFILE: expected a file for weights of
graph.parameter @fc1.weight : tensor<100x3xf32> = dense<0.5> : tensor<100x3xf32>
func.func @main(%x: tensor<?x3xf32> {graph.name = "x", graph.dims = ["batch", 3]})
    -> (tensor<?x100xf32> {graph.name = "logits", graph.dims = ["batch", 100]}) attributes {graph.symbols = {batch = [1, 64]}} {
  %w = graph.get @fc1.weight : tensor<100x3xf32>
  %h = graph.linear %x, %w : (tensor<?x3xf32>, tensor<100x3xf32>) -> tensor<?x100xf32>
  %y = graph.relu %h : tensor<?x100xf32>
  %key = graph.constant dense<7> : tensor<i64>
  %unused = graph.random %key f32 [2] : tensor<i64> -> tensor<2xf32>
  return %y : tensor<?x100xf32>
}

//--- loop.mlir
// CHECK: scf.for
// CHECK: scf.if
func.func @main(%x: tensor<2xf32> {graph.name = "x"}, %n: tensor<i64> {graph.name = "n"}) -> (tensor<2xf32> {graph.name = "y"}) {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %count = tensor.extract %n[] : tensor<i64>
  %until = arith.index_cast %count : i64 to index
  %y = scf.for %i = %c0 to %until step %c1 iter_args(%a = %x) -> tensor<2xf32> {
    %even = arith.remsi %i, %until : index
    %is = arith.cmpi eq, %even, %c0 : index
    %r = scf.if %is -> tensor<2xf32> {
      %b = graph.exp %a : tensor<2xf32>
      scf.yield %b : tensor<2xf32>
    } else {
      scf.yield %a : tensor<2xf32>
    }
    scf.yield %r : tensor<2xf32>
  }
  return %y : tensor<2xf32>
}

//--- random.mlir
// CHECK: {{.*}}random.mlir:4:8: error: unsupported 'graph.random' (2 ops) in ONNX
// CHECK-NOT: unsupported
func.func @main(%key: tensor<i64>) -> tensor<2xf32> {
  %a = graph.random %key f32 [2] : tensor<i64> -> tensor<2xf32>
  %b = graph.random %key f32 [2] {stream = 1 : i64} : tensor<i64> -> tensor<2xf32>
  %y = graph.add %a, %b : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}
