// RUN: graph-opt %s --graph-cpu-destinations | FileCheck %s

// CHECK-LABEL: func.func @f(
// CHECK-SAME: %{{.+}}: !llvm.ptr {graph.ctx}, %[[X:.+]]: memref<?xf32> {graph.name = "x"}, %[[OUT:.+]]: memref<?xf32> {graph.result = 0 : i64}) {
// CHECK: %[[T:.+]] = bufferization.to_tensor %[[X]] restrict : memref<?xf32> to tensor<?xf32>
// CHECK: bufferization.materialize_in_destination %[[T]] in restrict writable %[[OUT]]
// CHECK: return{{$}}
func.func @f(%x: tensor<?xf32> {graph.name = "x"}) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}
