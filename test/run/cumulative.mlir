// RUN: graph-opt %s --graph-interpret
// RUN: graph-opt %s --graph-interpret=target=cpu

func.func @sum() {
  %x = graph.constant dense<[[1.0, 2.0, 3.0], [0x7F800000, -1.0, 0.5]]> : tensor<2x3xf32>
  %y = graph.cumulative_sum %x axis 1 : tensor<2x3xf32>
  %y_w = graph.constant dense<[[1.0, 3.0, 6.0], [0x7F800000, 0x7F800000, 0x7F800000]]> : tensor<2x3xf32>
  check.expect_eq %y, %y_w : tensor<2x3xf32>
  %a = graph.constant dense<[[100, 1], [100, 2], [1, 3]]> : tensor<3x2xi8>
  %b = graph.cumulative_sum %a axis 0 : tensor<3x2xi8>
  %b_w = graph.constant dense<[[100, 1], [-56, 3], [-55, 6]]> : tensor<3x2xi8>
  check.expect_eq %b, %b_w : tensor<3x2xi8>
  return
}

// In f16 each partial sum would lose the ones.
func.func @rounds_once() {
  %x = graph.constant dense<[2048.0, 1.0, 1.0]> : tensor<3xf16>
  %y = graph.cumulative_sum %x axis 0 : tensor<3xf16>
  %y_w = graph.constant dense<[2048.0, 2048.0, 2050.0]> : tensor<3xf16>
  check.expect_eq %y, %y_w : tensor<3xf16>
  return
}

func.func @prod() {
  %x = graph.constant dense<[2.0, -3.0, 0.0, 4.0]> : tensor<4xf64>
  %y = graph.cumulative_prod %x axis 0 : tensor<4xf64>
  %y_w = graph.constant dense<[2.0, -6.0, 0.0, 0.0]> : tensor<4xf64>
  check.expect_close %y, %y_w : tensor<4xf64>
  return
}

func.func @extremes() {
  %x = graph.constant dense<[1.0, -2.0, 3.0, 0x7FC00000, 5.0]> : tensor<5xf32>
  %y = graph.cumulative_max %x axis 0 : tensor<5xf32>
  %y_w = graph.constant dense<[1.0, 1.0, 3.0, 0x7FC00000, 0x7FC00000]> : tensor<5xf32>
  check.expect_eq %y, %y_w : tensor<5xf32>
  %z = graph.cumulative_min %x axis 0 : tensor<5xf32>
  %z_w = graph.constant dense<[1.0, -2.0, -2.0, 0x7FC00000, 0x7FC00000]> : tensor<5xf32>
  check.expect_eq %z, %z_w : tensor<5xf32>
  %a = graph.constant dense<[200, 100, 255]> : tensor<3xui8>
  %b = graph.cumulative_min %a axis 0 : tensor<3xui8>
  %b_w = graph.constant dense<[200, 100, 100]> : tensor<3xui8>
  check.expect_eq %b, %b_w : tensor<3xui8>
  return
}

func.func @no_elements() {
  %x = graph.constant dense<> : tensor<2x0xf32>
  %y = graph.cumulative_sum %x axis 1 : tensor<2x0xf32>
  check.expect_eq %y, %x : tensor<2x0xf32>
  return
}
