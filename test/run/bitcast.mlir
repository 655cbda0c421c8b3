// RUN: graph-opt %s --graph-interpret
// RUN: graph-opt %s --graph-interpret=target=cpu

func.func @floats() {
  %x = graph.constant dense<[1.0, -2.5, 0x7FC00001]> : tensor<3xf32>
  %i = graph.bitcast %x to i32 : (tensor<3xf32>) -> tensor<3xi32>
  %i_w = graph.constant dense<[1065353216, -1071644672, 2143289345]> : tensor<3xi32>
  check.expect_eq %i, %i_w : tensor<3xi32>
  %y = graph.bitcast %i to f32 : (tensor<3xi32>) -> tensor<3xf32>
  check.expect_eq %y, %x : tensor<3xf32>
  return
}

// Bits are not computed with: a NaN that signals stays one.
func.func @halves() {
  %x = graph.constant dense<[0x3C00, 0x7D01]> : tensor<2xf16>
  %i = graph.bitcast %x to ui16 : (tensor<2xf16>) -> tensor<2xui16>
  %i_w = graph.constant dense<[15360, 32001]> : tensor<2xui16>
  check.expect_eq %i, %i_w : tensor<2xui16>
  return
}

func.func @signs() {
  %x = graph.constant dense<[-1, 127]> : tensor<2xi8>
  %u = graph.bitcast %x to ui8 : (tensor<2xi8>) -> tensor<2xui8>
  %u_w = graph.constant dense<[255, 127]> : tensor<2xui8>
  check.expect_eq %u, %u_w : tensor<2xui8>
  return
}
