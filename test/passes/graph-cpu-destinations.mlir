// RUN: graph-opt %s --graph-cpu-destinations | FileCheck %s

// CHECK-LABEL: func.func @f(
// CHECK-SAME: %{{.+}}: !llvm.ptr {graph.ctx}, %[[X:.+]]: memref<?xf32> {graph.name = "x"}, %[[OUT:.+]]: memref<?xf32> {graph.result = 0 : i64}) {
// CHECK: %[[T:.+]] = bufferization.to_tensor %[[X]] restrict : memref<?xf32> to tensor<?xf32>
// CHECK: bufferization.materialize_in_destination %[[T]] in restrict writable %[[OUT]]
// CHECK: return{{$}}
func.func @f(%x: tensor<?xf32> {graph.name = "x"}) -> tensor<?xf32> {
  return %x : tensor<?xf32>
}

// Nobody could bring memory for a size that depends on data.
// CHECK-LABEL: func.func @from_data(
// CHECK-SAME: %{{.+}}: !llvm.ptr {graph.ctx}, %{{.+}}: memref<index>) -> (memref<?xf32> {graph.from_data = array<i64: 0>, graph.result = 0 : i64}) {
// CHECK: %[[BUFFER:.+]] = bufferization.to_buffer %{{.+}} read_only : tensor<?xf32> to memref<?xf32>
// CHECK: return %[[BUFFER]]
func.func @from_data(%n: tensor<index>) -> (tensor<?xf32> {graph.from_data = array<i64: 0>}) {
  %size = tensor.extract %n[] : tensor<index>
  %0 = tensor.empty(%size) : tensor<?xf32>
  return %0 : tensor<?xf32>
}
