// RUN: graph-opt %s --graph-interpret
// RUN: graph-opt %s --graph-to-linalg --graph-interpret
// RUN: graph-opt %s --graph-interpret=target=cpu

func.func @rows_in_order() {
  %x = graph.constant dense<[[0.0, 2.0, 0.0], [-0.0, 0x7FC00000, -1.0]]> : tensor<2x3xf32>
  %y = graph.nonzero %x : tensor<2x3xf32> -> tensor<?x2xi64>
  %expected = graph.constant dense<[[0, 1], [1, 1], [1, 2]]> : tensor<3x2xi64>
  %cast = tensor.cast %expected : tensor<3x2xi64> to tensor<?x2xi64>
  check.expect_eq %y, %cast : tensor<?x2xi64>
  return
}

func.func @none() {
  %x = graph.constant dense<0> : tensor<5xui8>
  %y = graph.nonzero %x : tensor<5xui8> -> tensor<?x1xi64>
  %expected = graph.constant dense<> : tensor<0x1xi64>
  %cast = tensor.cast %expected : tensor<0x1xi64> to tensor<?x1xi64>
  check.expect_eq %y, %cast : tensor<?x1xi64>
  return
}

func.func @all() {
  %x = graph.constant dense<true> : tensor<3xi1>
  %y = graph.nonzero %x : tensor<3xi1> -> tensor<?x1xi64>
  %expected = graph.constant dense<[[0], [1], [2]]> : tensor<3x1xi64>
  %cast = tensor.cast %expected : tensor<3x1xi64> to tensor<?x1xi64>
  check.expect_eq %y, %cast : tensor<?x1xi64>
  return
}

func.func @of_narrow_floats() {
  %x = graph.constant dense<[1.0, 0.0, 5.960464e-08]> : tensor<3xf16>
  %y = graph.nonzero %x : tensor<3xf16> -> tensor<?x1xi64>
  %expected = graph.constant dense<[[0], [2]]> : tensor<2x1xi64>
  %cast = tensor.cast %expected : tensor<2x1xi64> to tensor<?x1xi64>
  check.expect_eq %y, %cast : tensor<?x1xi64>
  return
}

func.func @no_elements() {
  %x = graph.constant dense<> : tensor<2x0xf32>
  %y = graph.nonzero %x : tensor<2x0xf32> -> tensor<?x2xi64>
  %expected = graph.constant dense<> : tensor<0x2xi64>
  %cast = tensor.cast %expected : tensor<0x2xi64> to tensor<?x2xi64>
  check.expect_eq %y, %cast : tensor<?x2xi64>
  return
}

// One row without numbers, or none.
func.func @of_a_scalar() {
  %x = graph.constant dense<7> : tensor<i32>
  %y = graph.nonzero %x : tensor<i32> -> tensor<?x0xi64>
  %expected = graph.constant dense<> : tensor<1x0xi64>
  %cast = tensor.cast %expected : tensor<1x0xi64> to tensor<?x0xi64>
  check.expect_eq %y, %cast : tensor<?x0xi64>
  return
}

// What follows has the sizes that were found.
func.func @picks_what_is_true() {
  %x = graph.constant dense<[1.0, -2.0, 3.0, -4.0]> : tensor<4xf32>
  %zero = graph.constant dense<0.0> : tensor<f32>
  %mask = graph.gt %x, %zero : (tensor<4xf32>, tensor<f32>) -> tensor<4xi1>
  %rows = graph.nonzero %mask : tensor<4xi1> -> tensor<?x1xi64>
  %picked = graph.gather %x, %rows axis 0 : (tensor<4xf32>, tensor<?x1xi64>) -> tensor<?x1xf32>
  %y = graph.mul %picked, %picked : (tensor<?x1xf32>, tensor<?x1xf32>) -> tensor<?x1xf32>
  %expected = graph.constant dense<[[1.0], [9.0]]> : tensor<2x1xf32>
  %cast = tensor.cast %expected : tensor<2x1xf32> to tensor<?x1xf32>
  check.expect_eq %y, %cast : tensor<?x1xf32>
  return
}
