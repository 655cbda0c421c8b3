// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @iota_c1() {
  // expected-error @below {{expected axis in [0, 2), got 2}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.iota i64 [2, 4] axis 2 : tensor<2x4xi64>
  return
}

// -----

func.func @iota_c2() {
  // expected-error @below {{expected sizes of at least 0, got [-4]}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.iota i64 [-4] axis 0 : tensor<4xi64>
  return
}

// -----

func.func @iota_element() {
  // expected-error @below {{inferred type(s) 'tensor<4xi64>' are incompatible}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.iota i64 [4] axis 0 : tensor<4xi32>
  return
}
