// RUN: graph-opt %s --verify-diagnostics --split-input-file

module @parameter_c1 {
  // expected-error @below {{expected a tensor type of static shape, got 'tensor<?xf32>'}}
  graph.parameter @p : tensor<?xf32> = dense<1.0> : tensor<2xf32>
}

// -----

module @parameter_c2 {
  // expected-error @below {{expected a value of type 'tensor<3xf32>', got 'tensor<2xf32>'}}
  graph.parameter @p : tensor<3xf32> = dense<1.0> : tensor<2xf32>
}

// -----

module @parameter_c2_bytes {
  // expected-error @below {{expected the bytes of 'tensor<3xf32>', got 8}}
  graph.parameter @p : tensor<3xf32> = #graph.external<"m.safetensors", 24, 8>
}

// -----

module @external_range {
  // expected-error @below {{expected a range of a file, got -8 bytes at offset 24}}
  graph.parameter @p : tensor<3xf32> = #graph.external<"m.safetensors", 24, -8>
}

// -----

graph.parameter @p : tensor<2xf32> = dense<1.0> : tensor<2xf32>

func.func @get_c1() {
  // expected-error @below {{expected the parameter's type 'tensor<2xf32>', got 'tensor<3xf32>'}}
  %y = graph.get @p : tensor<3xf32>
  return
}

// -----

func.func @get_c1_name() {
  // expected-error @below {{expected the name of a 'graph.parameter', got @nobody}}
  %y = graph.get @nobody : tensor<3xf32>
  return
}

// -----

// expected-error @below {{expected a value of less than 2^47 bytes, got 'tensor<4294967296x4294967296xf32>'}}
graph.parameter @parameter_c3 : tensor<4294967296x4294967296xf32> = dense<0.0> : tensor<4294967296x4294967296xf32>
