// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @random_c1(%key: tensor<i64>) {
  // expected-error @below {{expected 'distribution' to be "uniform" or "normal", got "poisson"}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.random %key f32 [2] {distribution = "poisson"} : tensor<i64> -> tensor<2xf32>
  return
}

// -----

func.func @random_c2(%key: tensor<2xi64>) {
  // expected-error @below {{expected a key of type tensor<i64> and a floating-point element type, got 'tensor<2xi64>' and 'f32'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.random %key f32 [2] : tensor<2xi64> -> tensor<2xf32>
  return
}

// -----

func.func @random_c3(%key: tensor<i64>) {
  // expected-error @below {{expected sizes of at least 0, got [-2]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.random %key f32 [-2] : tensor<i64> -> tensor<2xf32>
  return
}
