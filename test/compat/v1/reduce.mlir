func.func @floats() {
  %x = graph.constant dense<[[1.0, 2.0, 3.0], [-4.0, 0x7FC00000, 6.0]]> : tensor<2x3xf32>
  %sum = graph.reduce_sum %x axes [1] : tensor<2x3xf32> -> tensor<2xf32>
  %sum_w = graph.constant dense<[6.0, 0x7FC00000]> : tensor<2xf32>
  check.expect_close %sum, %sum_w : tensor<2xf32>
  %prod = graph.reduce_prod %x axes [0] keep_dims : tensor<2x3xf32> -> tensor<1x3xf32>
  %prod_w = graph.constant dense<[[-4.0, 0x7FC00000, 18.0]]> : tensor<1x3xf32>
  check.expect_close %prod, %prod_w : tensor<1x3xf32>
  %max = graph.reduce_max %x axes [0] : tensor<2x3xf32> -> tensor<3xf32>
  %max_w = graph.constant dense<[1.0, 0x7FC00000, 6.0]> : tensor<3xf32>
  check.expect_close %max, %max_w : tensor<3xf32>
  %min = graph.reduce_min %x axes [1] : tensor<2x3xf32> -> tensor<2xf32>
  %min_w = graph.constant dense<[1.0, 0x7FC00000]> : tensor<2xf32>
  check.expect_close %min, %min_w : tensor<2xf32>
  return
}

func.func @integers_wrap() {
  %x = graph.constant dense<[100, 100, -128]> : tensor<3xi8>
  %sum = graph.reduce_sum %x axes [0] : tensor<3xi8> -> tensor<i8>
  %sum_w = graph.constant dense<72> : tensor<i8>
  check.expect_eq %sum, %sum_w : tensor<i8>
  %u = graph.constant dense<[255, 0]> : tensor<2xui8>
  %max = graph.reduce_max %u axes [0] : tensor<2xui8> -> tensor<ui8>
  %max_w = graph.constant dense<255> : tensor<ui8>
  check.expect_eq %max, %max_w : tensor<ui8>
  return
}

// any and all.
func.func @truth_values() {
  %x = graph.constant dense<[[true, false], [true, true]]> : tensor<2x2xi1>
  %all = graph.reduce_min %x axes [1] : tensor<2x2xi1> -> tensor<2xi1>
  %all_w = graph.constant dense<[false, true]> : tensor<2xi1>
  check.expect_eq %all, %all_w : tensor<2xi1>
  %any = graph.reduce_max %x axes [0, 1] : tensor<2x2xi1> -> tensor<i1>
  %any_w = graph.constant dense<true> : tensor<i1>
  check.expect_eq %any, %any_w : tensor<i1>
  return
}

// Over no elements: 0, 1, the least and the greatest.
func.func @nothing() {
  %x = graph.constant dense<> : tensor<2x0xf32>
  %sum = graph.reduce_sum %x axes [1] : tensor<2x0xf32> -> tensor<2xf32>
  %sum_w = graph.constant dense<0.0> : tensor<2xf32>
  check.expect_eq %sum, %sum_w : tensor<2xf32>
  %prod = graph.reduce_prod %x axes [1] : tensor<2x0xf32> -> tensor<2xf32>
  %prod_w = graph.constant dense<1.0> : tensor<2xf32>
  check.expect_eq %prod, %prod_w : tensor<2xf32>
  %max = graph.reduce_max %x axes [1] : tensor<2x0xf32> -> tensor<2xf32>
  %max_w = graph.constant dense<0xFF800000> : tensor<2xf32>
  check.expect_eq %max, %max_w : tensor<2xf32>
  %i = graph.constant dense<> : tensor<0xi16>
  %min = graph.reduce_min %i axes [0] : tensor<0xi16> -> tensor<i16>
  %min_w = graph.constant dense<32767> : tensor<i16>
  check.expect_eq %min, %min_w : tensor<i16>
  return
}

// f16 adds up wider than it stores.
func.func @half() {
  %x = graph.constant dense<[2048.0, 1.0, 1.0]> : tensor<3xf16>
  %y = graph.reduce_sum %x axes [0] : tensor<3xf16> -> tensor<f16>
  %w = graph.constant dense<2050.0> : tensor<f16>
  check.expect_eq %y, %w : tensor<f16>
  return
}
