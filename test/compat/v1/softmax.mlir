// A row of nothing but -infinity is NaN, as in torch.
func.func @last_axis() {
  %x = graph.constant dense<[[1.0, 2.0, 3.5], [-1000.0, 0.0, 1000.0], [0xFF800000, 0.0, 1.0], [0xFF800000, 0xFF800000, 0xFF800000], [0x7FC00000, 0.0, 0.0], [0x7F800000, 0.0, 0.0]]> : tensor<6x3xf32>
  %y = graph.softmax %x axis 1 : tensor<6x3xf32>
  %y_w = graph.constant dense<[[0.06289001554250717, 0.17095278203487396, 0.7661572098731995], [0.0, 0.0, 1.0], [0.0, 0.2689414322376251, 0.7310585975646973], [0x7FC00000, 0x7FC00000, 0x7FC00000], [0x7FC00000, 0x7FC00000, 0x7FC00000], [0x7FC00000, 0x7FC00000, 0x7FC00000]]> : tensor<6x3xf32>
  check.expect_close %y, %y_w : tensor<6x3xf32>
  %l = graph.log_softmax %x axis 1 : tensor<6x3xf32>
  %l_w = graph.constant dense<[[-2.7663679122924805, -1.7663679122924805, -0.26636791229248047], [-2000.0, -1000.0, 0.0], [0xFF800000, -1.31326162815094, -0.3132616877555847], [0x7FC00000, 0x7FC00000, 0x7FC00000], [0x7FC00000, 0x7FC00000, 0x7FC00000], [0x7FC00000, 0x7FC00000, 0x7FC00000]]> : tensor<6x3xf32>
  check.expect_close %l, %l_w : tensor<6x3xf32>
  return
}

func.func @inner_axis() {
  %x = graph.constant dense<[[[-0.75, -0.25], [1.75, 0.75], [-1.75, -0.0]], [[-0.5, 0.25], [-1.5, 0.25], [0.25, 1.5]]]> : tensor<2x3x2xf64>
  %y = graph.softmax %x axis 1 : tensor<2x3x2xf64>
  %y_w = graph.constant dense<[[[0.07379870431184087, 0.19990775276152717], [0.8990522695867426, 0.5434056116997429], [0.027149026101416524, 0.25668663553872995]], [[0.2869539713249813, 0.18213798441150478], [0.10556446661296022, 0.18213798441150478], [0.6074815620620584, 0.6357240311769904]]]> : tensor<2x3x2xf64>
  check.expect_close %y, %y_w : tensor<2x3x2xf64>
  %l = graph.log_softmax %x axis 0 : tensor<2x3x2xf64>
  %l_w = graph.constant dense<[[[-0.8259394198788437, -0.9740769841801067], [-0.03804137168778304, -0.4740769841801067], [-2.1269280110429727, -1.7014132779827524]], [[-0.5759394198788437, -0.4740769841801067], [-3.288041371687783, -0.9740769841801067], [-0.1269280110429726, -0.20141327798275246]]]> : tensor<2x3x2xf64>
  check.expect_close %l, %l_w : tensor<2x3x2xf64>
  return
}

func.func @empty() {
  %x = graph.constant dense<> : tensor<2x0xf32>
  %y = graph.softmax %x axis 1 : tensor<2x0xf32>
  check.expect_eq %y, %x : tensor<2x0xf32>
  %z = graph.log_softmax %x axis 0 : tensor<2x0xf32>
  check.expect_eq %z, %x : tensor<2x0xf32>
  return
}
