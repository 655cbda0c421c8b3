func.func @reshape() {
  %x = graph.constant dense<[[1, 2, 3], [4, 5, 6]]> : tensor<2x3xi32>
  %y = graph.reshape %x [3, -1] : tensor<2x3xi32> -> tensor<3x2xi32>
  %w = graph.constant dense<[[1, 2], [3, 4], [5, 6]]> : tensor<3x2xi32>
  check.expect_eq %y, %w : tensor<3x2xi32>
  %s = graph.constant dense<7> : tensor<i32>
  %u = graph.reshape %s [1, 1] : tensor<i32> -> tensor<1x1xi32>
  %v = graph.constant dense<7> : tensor<1x1xi32>
  check.expect_eq %u, %v : tensor<1x1xi32>
  return
}

// Of no elements, -1 is 0.
func.func @empty() {
  %x = graph.constant dense<> : tensor<0x3xi32>
  %y = graph.reshape %x [3, -1] : tensor<0x3xi32> -> tensor<3x0xi32>
  %w = graph.constant dense<> : tensor<3x0xi32>
  check.expect_eq %y, %w : tensor<3x0xi32>
  return
}

// Sizes of nothing have products that don't tell which belong together.
func.func @empties() {
  %x = graph.constant dense<> : tensor<0x0x1xf64>
  %y = graph.reshape %x [0, 1] : tensor<0x0x1xf64> -> tensor<0x1xf64>
  %w = graph.constant dense<> : tensor<0x1xf64>
  check.expect_eq %y, %w : tensor<0x1xf64>
  return
}
