// RUN: graph-opt %s --graph-check-sizes --canonicalize --cse | FileCheck %s

// CHECK-LABEL: func @loops
// CHECK-SAME: (%[[X:.+]]: tensor<?x4xf32>, %[[Y:.+]]: tensor<?x4xf32>)
// CHECK-DAG: %[[N:.+]] = tensor.dim %[[X]], %c0
// CHECK-DAG: %[[M:.+]] = tensor.dim %[[Y]], %c0
// CHECK: %[[SAME:.+]] = arith.cmpi eq, %[[N]], %[[M]]
// CHECK: cf.assert %[[SAME]], "expected sizes that agree"
// CHECK-NOT: cf.assert
// CHECK: linalg.add
// CHECK-NOT: cf.assert
// CHECK: linalg.exp
func.func @loops(%x: tensor<?x4xf32>, %y: tensor<?x4xf32>) -> tensor<?x4xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?x4xf32>
  %e = tensor.empty(%n) : tensor<?x4xf32>
  %0 = linalg.add ins(%x, %y : tensor<?x4xf32>, tensor<?x4xf32>) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = linalg.exp ins(%0 : tensor<?x4xf32>) outs(%e : tensor<?x4xf32>) -> tensor<?x4xf32>
  return %1 : tensor<?x4xf32>
}

// CHECK-LABEL: func @cast
// CHECK: %[[N:.+]] = tensor.dim
// CHECK: %[[SAME:.+]] = arith.cmpi eq, %[[N]], %c5
// CHECK: cf.assert %[[SAME]], "expected sizes that agree"
func.func @cast(%x: tensor<?xf32>) -> tensor<5xf32> {
  %0 = tensor.cast %x : tensor<?xf32> to tensor<5xf32>
  return %0 : tensor<5xf32>
}

// CHECK-LABEL: func @shape
// CHECK-SAME: (%[[X:.+]]: tensor<?xf32>, %[[N:.+]]: index)
// CHECK: cf.assert %{{.+}}, "expected sizes of at least 0"
// CHECK: %[[PRODUCT:.+]] = arith.muli %[[N]], %c3
// CHECK: %[[SAME:.+]] = arith.cmpi eq, %[[PRODUCT]], %
// CHECK: cf.assert %[[SAME]], "expected a shape of as many elements"
func.func @shape(%x: tensor<?xf32>, %n: index) -> tensor<?x3xf32> {
  %0 = tensor.expand_shape %x [[0, 1]] output_shape [%n, 3] : tensor<?xf32> into tensor<?x3xf32>
  return %0 : tensor<?x3xf32>
}

// CHECK-LABEL: func @slice
// CHECK-COUNT-4: cf.assert %{{.+}}, "expected a slice that lies inside of its tensor"
func.func @slice(%x: tensor<8xf32>, %i: index, %n: index) -> tensor<?xf32> {
  %0 = tensor.extract_slice %x[%i] [%n] [2] : tensor<8xf32> to tensor<?xf32>
  return %0 : tensor<?xf32>
}

// CHECK-LABEL: func @whole
// CHECK-NOT: cf.assert
func.func @whole(%x: tensor<?xf32>) -> tensor<?xf32> {
  %c0 = arith.constant 0 : index
  %n = tensor.dim %x, %c0 : tensor<?xf32>
  %0 = tensor.extract_slice %x[0] [%n] [1] : tensor<?xf32> to tensor<?xf32>
  return %0 : tensor<?xf32>
}
