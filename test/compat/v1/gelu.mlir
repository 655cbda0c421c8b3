func.func @floats() {
  %x = graph.constant dense<[-6.0, -1.0, -0.5, 0.0, 0.5, 1.0, 6.0, 0x7F800000, 0x7FC00000]> : tensor<9xf32>
  %y = graph.gelu %x : tensor<9xf32>
  %y_w = graph.constant dense<[-5.919525758457667e-09, -0.15865525603294373, -0.1542687714099884, 0.0, 0.3457312285900116, 0.8413447737693787, 6.0, 0x7F800000, 0x7FC00000]> : tensor<9xf32>
  check.expect_close %y, %y_w : tensor<9xf32>
  %z = graph.gelu %x {approximate = "tanh"} : tensor<9xf32>
  %z_w = graph.constant dense<[-8.43964897967453e-11, -0.15880800783634186, -0.1542859971523285, 0.0, 0.3457140028476715, 0.8411920070648193, 6.0, 0x7F800000, 0x7FC00000]> : tensor<9xf32>
  check.expect_close %z, %z_w : tensor<9xf32>
  return
}
