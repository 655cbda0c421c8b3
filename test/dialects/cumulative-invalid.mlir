// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @cumulative_sum_c1(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.cumulative_sum' op expected axis in [0, 2), got 2}}
  %y = graph.cumulative_sum %x axis 2 : tensor<2x3xf32>
  return
}

// -----

func.func @cumulative_prod_c1(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.cumulative_prod' op expected axis in [0, 2), got 2}}
  %y = graph.cumulative_prod %x axis 2 : tensor<2x3xf32>
  return
}

// -----

func.func @cumulative_max_c1(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.cumulative_max' op expected axis in [0, 2), got 2}}
  %y = graph.cumulative_max %x axis 2 : tensor<2x3xf32>
  return
}

// -----

func.func @cumulative_min_c1(%x: tensor<2x3xf32>) {
  // expected-error @below {{'graph.cumulative_min' op expected axis in [0, 2), got 2}}
  %y = graph.cumulative_min %x axis 2 : tensor<2x3xf32>
  return
}
