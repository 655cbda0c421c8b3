graph.parameter @scale {role = "buffer"} : tensor<2xf32> = dense<[2.0, 3.0]> : tensor<2xf32>

func.func @get() {
  %y = graph.get @scale : tensor<2xf32>
  %w = graph.constant dense<[2.0, 3.0]> : tensor<2xf32>
  check.expect_eq %y, %w : tensor<2xf32>
  return
}
