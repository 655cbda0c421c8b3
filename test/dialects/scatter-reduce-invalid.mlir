// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @scatter_add_c1(%x: tensor<10x4xf32>, %i: tensor<3xi64>, %u: tensor<3x4xf32>) {
  // expected-error @below {{'graph.scatter_add' op expected axis in [0, 2), got 2}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.scatter_add %x, %i, %u axis 2 : (tensor<10x4xf32>, tensor<3xi64>, tensor<3x4xf32>) -> tensor<10x4xf32>
  return
}

// -----

func.func @scatter_add_c2(%x: tensor<10x4xf32>, %i: tensor<3xi64>, %u: tensor<3x4xf64>) {
  // expected-error @below {{expected one element type of x and updates, got 'f32' and 'f64'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.scatter_add %x, %i, %u axis 0 : (tensor<10x4xf32>, tensor<3xi64>, tensor<3x4xf64>) -> tensor<10x4xf32>
  return
}

// -----

func.func @scatter_add_c3(%x: tensor<10x4xf32>, %i: tensor<3xi64>, %u: tensor<2x4xf32>) {
  // expected-error @below {{expected updates to have x's sizes, with those of indices at axis 0, got 'tensor<2x4xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.scatter_add %x, %i, %u axis 0 : (tensor<10x4xf32>, tensor<3xi64>, tensor<2x4xf32>) -> tensor<10x4xf32>
  return
}

// -----

func.func @scatter_prod_c1(%x: tensor<10x4xf32>, %i: tensor<3xi64>, %u: tensor<3x4xf32>) {
  // expected-error @below {{'graph.scatter_prod' op expected axis in [0, 2), got 2}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.scatter_prod %x, %i, %u axis 2 : (tensor<10x4xf32>, tensor<3xi64>, tensor<3x4xf32>) -> tensor<10x4xf32>
  return
}

// -----

func.func @scatter_prod_c2(%x: tensor<10x4xf32>, %i: tensor<3xi64>, %u: tensor<3x4xf64>) {
  // expected-error @below {{expected one element type of x and updates, got 'f32' and 'f64'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.scatter_prod %x, %i, %u axis 0 : (tensor<10x4xf32>, tensor<3xi64>, tensor<3x4xf64>) -> tensor<10x4xf32>
  return
}

// -----

func.func @scatter_prod_c3(%x: tensor<10x4xf32>, %i: tensor<3xi64>, %u: tensor<2x4xf32>) {
  // expected-error @below {{expected updates to have x's sizes, with those of indices at axis 0, got 'tensor<2x4xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.scatter_prod %x, %i, %u axis 0 : (tensor<10x4xf32>, tensor<3xi64>, tensor<2x4xf32>) -> tensor<10x4xf32>
  return
}

// -----

func.func @scatter_max_c1(%x: tensor<10x4xf32>, %i: tensor<3xi64>, %u: tensor<3x4xf32>) {
  // expected-error @below {{'graph.scatter_max' op expected axis in [0, 2), got 2}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.scatter_max %x, %i, %u axis 2 : (tensor<10x4xf32>, tensor<3xi64>, tensor<3x4xf32>) -> tensor<10x4xf32>
  return
}

// -----

func.func @scatter_max_c2(%x: tensor<10x4xf32>, %i: tensor<3xi64>, %u: tensor<3x4xf64>) {
  // expected-error @below {{expected one element type of x and updates, got 'f32' and 'f64'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.scatter_max %x, %i, %u axis 0 : (tensor<10x4xf32>, tensor<3xi64>, tensor<3x4xf64>) -> tensor<10x4xf32>
  return
}

// -----

func.func @scatter_max_c3(%x: tensor<10x4xf32>, %i: tensor<3xi64>, %u: tensor<2x4xf32>) {
  // expected-error @below {{expected updates to have x's sizes, with those of indices at axis 0, got 'tensor<2x4xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.scatter_max %x, %i, %u axis 0 : (tensor<10x4xf32>, tensor<3xi64>, tensor<2x4xf32>) -> tensor<10x4xf32>
  return
}

// -----

func.func @scatter_min_c1(%x: tensor<10x4xf32>, %i: tensor<3xi64>, %u: tensor<3x4xf32>) {
  // expected-error @below {{'graph.scatter_min' op expected axis in [0, 2), got 2}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.scatter_min %x, %i, %u axis 2 : (tensor<10x4xf32>, tensor<3xi64>, tensor<3x4xf32>) -> tensor<10x4xf32>
  return
}

// -----

func.func @scatter_min_c2(%x: tensor<10x4xf32>, %i: tensor<3xi64>, %u: tensor<3x4xf64>) {
  // expected-error @below {{expected one element type of x and updates, got 'f32' and 'f64'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.scatter_min %x, %i, %u axis 0 : (tensor<10x4xf32>, tensor<3xi64>, tensor<3x4xf64>) -> tensor<10x4xf32>
  return
}

// -----

func.func @scatter_min_c3(%x: tensor<10x4xf32>, %i: tensor<3xi64>, %u: tensor<2x4xf32>) {
  // expected-error @below {{expected updates to have x's sizes, with those of indices at axis 0, got 'tensor<2x4xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.scatter_min %x, %i, %u axis 0 : (tensor<10x4xf32>, tensor<3xi64>, tensor<2x4xf32>) -> tensor<10x4xf32>
  return
}
