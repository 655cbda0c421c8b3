// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @softmax_c1(%x: tensor<4x3xf32>) {
  // expected-error @below {{'graph.softmax' op expected axis in [0, 2), got 2}}
  %y = graph.softmax %x axis 2 : tensor<4x3xf32>
  return
}

// -----

func.func @log_softmax_c1(%x: tensor<f32>) {
  // expected-error @below {{'graph.log_softmax' op expected axis in [0, 0), got 0}}
  %y = graph.log_softmax %x axis 0 : tensor<f32>
  return
}
