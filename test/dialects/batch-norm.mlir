// RUN: graph-opt %s | graph-opt | FileCheck %s
// RUN: graph-opt --graph-canonicalize %s | FileCheck %s --check-prefix=FOLD

// CHECK-LABEL: func.func @affine
// CHECK: graph.batch_norm %{{.+}} mean %{{.+}} variance %{{.+}} weight %{{.+}} bias %{{.+}} epsilon 1.000000e-05
func.func @affine(%x: tensor<?x3x8xf16>, %m: tensor<3xf32>, %v: tensor<3xf32>, %w: tensor<3xf32>, %b: tensor<3xf32>) -> tensor<?x3x8xf16> {
  %y = graph.batch_norm %x mean %m variance %v weight %w bias %b epsilon 1.0e-5
      : (tensor<?x3x8xf16>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<?x3x8xf16>
  return %y : tensor<?x3x8xf16>
}

// CHECK-LABEL: func.func @plain
// CHECK: graph.batch_norm %{{.+}} mean %{{.+}} variance %{{.+}} epsilon
func.func @plain(%x: tensor<4x?xf64>, %m: tensor<?xf64>, %v: tensor<?xf64>) -> tensor<4x?xf64> {
  %y = graph.batch_norm %x mean %m variance %v epsilon 0.0 : (tensor<4x?xf64>, tensor<?xf64>, tensor<?xf64>) -> tensor<4x?xf64>
  return %y : tensor<4x?xf64>
}

graph.parameter @w : tensor<4x3x1xf32> = dense<0.5> : tensor<4x3x1xf32>
graph.parameter @dense : tensor<4x3xf32> = dense<0.5> : tensor<4x3xf32>
graph.parameter @r : tensor<4x1xf32> = dense<[[1.0], [2.0], [3.0], [4.0]]> : tensor<4x1xf32>
graph.parameter @m : tensor<4xf32> = dense<1.0> : tensor<4xf32>
graph.parameter @v : tensor<4xf32> = dense<4.0> : tensor<4xf32>

// The convolution's weights are scaled; what is left of the rest is one addition of weights.
// FOLD-LABEL: func.func @convolution(
// FOLD-SAME: %[[X:.+]]: tensor
// FOLD: %[[W:.+]] = graph.mul
// FOLD: %[[Y:.+]] = graph.convolution %[[X]], %[[W]]
// FOLD-NOT: graph.batch_norm
// FOLD: %[[SUM:.+]] = graph.add %[[Y]],
// FOLD-NEXT: return %[[SUM]]
func.func @convolution(%x: tensor<?x3x8xf32>) -> tensor<?x4x8xf32> {
  %w = graph.get @w : tensor<4x3x1xf32>
  %r = graph.get @r : tensor<4x1xf32>
  %m = graph.get @m : tensor<4xf32>
  %v = graph.get @v : tensor<4xf32>
  %c = graph.convolution %x, %w strides [1] low [0] high [0] dilations [1] spread [1] groups 1
      : (tensor<?x3x8xf32>, tensor<4x3x1xf32>) -> tensor<?x4x8xf32>
  %s = graph.add %c, %r : (tensor<?x4x8xf32>, tensor<4x1xf32>) -> tensor<?x4x8xf32>
  %y = graph.batch_norm %s mean %m variance %v epsilon 0.0 : (tensor<?x4x8xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4x8xf32>
  return %y : tensor<?x4x8xf32>
}

// FOLD-LABEL: func.func @dense_layer(
// FOLD-SAME: %[[X:.+]]: tensor
// FOLD-NOT: graph.batch_norm
// FOLD: %[[Y:.+]] = graph.linear %[[X]], %{{.+}}, %{{.+}} : (tensor<?x3xf32>, tensor<4x3xf32>, tensor<4xf32>)
// FOLD-NEXT: return %[[Y]]
func.func @dense_layer(%x: tensor<?x3xf32>) -> tensor<?x4xf32> {
  %w = graph.get @dense : tensor<4x3xf32>
  %m = graph.get @m : tensor<4xf32>
  %v = graph.get @v : tensor<4xf32>
  %l = graph.linear %x, %w : (tensor<?x3xf32>, tensor<4x3xf32>) -> tensor<?x4xf32>
  %y = graph.batch_norm %l mean %m variance %v weight %m bias %v epsilon 0.5
      : (tensor<?x4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<?x4xf32>
  return %y : tensor<?x4xf32>
}

// Not where the product is needed as it is, too, nor where the weights are an argument.
// FOLD-LABEL: func.func @stays
// FOLD-COUNT-2: graph.batch_norm
func.func @stays(%x: tensor<2x3xf32>, %a: tensor<4x3xf32>) -> (tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>) {
  %w = graph.get @dense : tensor<4x3xf32>
  %m = graph.get @m : tensor<4xf32>
  %v = graph.get @v : tensor<4xf32>
  %l = graph.linear %x, %w : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  %y = graph.batch_norm %l mean %m variance %v epsilon 0.5 : (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  %k = graph.linear %x, %a : (tensor<2x3xf32>, tensor<4x3xf32>) -> tensor<2x4xf32>
  %z = graph.batch_norm %k mean %m variance %v epsilon 0.5 : (tensor<2x4xf32>, tensor<4xf32>, tensor<4xf32>) -> tensor<2x4xf32>
  return %l, %y, %z : tensor<2x4xf32>, tensor<2x4xf32>, tensor<2x4xf32>
}
