// The last two: a start out of range moves to the nearest that is not.
func.func @numbers() {
  %x = graph.constant dense<[[0, 1, 2, 3, 4, 5], [6, 7, 8, 9, 10, 11], [12, 13, 14, 15, 16, 17], [18, 19, 20, 21, 22, 23]]> : tensor<4x6xi32>
  %y0 = graph.slice %x starts [1, 2] sizes [2, 3] steps [1, 1] : tensor<4x6xi32> -> tensor<2x3xi32>
  %y0_w = graph.constant dense<[[8, 9, 10], [14, 15, 16]]> : tensor<2x3xi32>
  check.expect_eq %y0, %y0_w : tensor<2x3xi32>
  %y1 = graph.slice %x starts [0, 0] sizes [2, 3] steps [2, 2] : tensor<4x6xi32> -> tensor<2x3xi32>
  %y1_w = graph.constant dense<[[0, 2, 4], [12, 14, 16]]> : tensor<2x3xi32>
  check.expect_eq %y1, %y1_w : tensor<2x3xi32>
  %y2 = graph.slice %x starts [3, 5] sizes [4, 3] steps [-1, -2] : tensor<4x6xi32> -> tensor<4x3xi32>
  %y2_w = graph.constant dense<[[23, 21, 19], [17, 15, 13], [11, 9, 7], [5, 3, 1]]> : tensor<4x3xi32>
  check.expect_eq %y2, %y2_w : tensor<4x3xi32>
  %y3 = graph.slice %x starts [0, 0] sizes [0, 6] steps [1, 1] : tensor<4x6xi32> -> tensor<0x6xi32>
  %y3_w = graph.constant dense<> : tensor<0x6xi32>
  check.expect_eq %y3, %y3_w : tensor<0x6xi32>
  %y4 = graph.slice %x starts [9, -7] sizes [2, 6] steps [1, 1] : tensor<4x6xi32> -> tensor<2x6xi32>
  %y4_w = graph.constant dense<[[12, 13, 14, 15, 16, 17], [18, 19, 20, 21, 22, 23]]> : tensor<2x6xi32>
  check.expect_eq %y4, %y4_w : tensor<2x6xi32>
  %y5 = graph.slice %x starts [0, 0] sizes [2, 2] steps [-1, 5] : tensor<4x6xi32> -> tensor<2x2xi32>
  %y5_w = graph.constant dense<[[6, 11], [0, 5]]> : tensor<2x2xi32>
  check.expect_eq %y5, %y5_w : tensor<2x2xi32>
  return
}
