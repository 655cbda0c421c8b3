// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @pad_c1(%x: tensor<4xf32>, %v: tensor<f64>) {
  // expected-error @below {{expected a value of type 'tensor<f32>', got 'tensor<f64>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.pad %x, %v low [1] high [0] : (tensor<4xf32>, tensor<f64>) -> tensor<5xf32>
  return
}

// -----

func.func @pad_c2(%x: tensor<4xf32>, %v: tensor<f32>) {
  // expected-error @below {{expected 1 amounts of at least 0, got [1] and [-1]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.pad %x, %v low [1] high [-1] : (tensor<4xf32>, tensor<f32>) -> tensor<4xf32>
  return
}

// -----

func.func @pad_c2_count(%x: tensor<4xf32>, %v: tensor<f32>) {
  // expected-error @below {{expected 1 amounts of at least 0, got [1, 1] and [0]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.pad %x, %v low [1, 1] high [0] : (tensor<4xf32>, tensor<f32>) -> tensor<5xf32>
  return
}
