// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @type_of_the_value() {
  // expected-error @below {{'graph.constant' op failed to verify that all of {value, y} have same type}}
  %y = "graph.constant"() <{value = dense<1.0> : tensor<2xf32>}> : () -> tensor<3xf32>
  return
}

// -----

func.func @element_type() {
  // expected-error @below {{result #0 must be ranked tensor of number or i1 values}}
  %y = graph.constant dense<1> : tensor<2xi3>
  return
}

// -----

func.func @constant_c1() {
  // expected-error @below {{expected a value of less than 2^47 bytes, got 'tensor<4611686018427387904xf32>'}}
  %y = graph.constant dense<0.0> : tensor<4611686018427387904xf32>
  return
}

// -----

func.func @constant_c2() {
  // expected-error @below {{expected a blob of 2400 bytes for 'tensor<600xf32>', got 4}}
  %y = graph.constant dense_resource<constant_c2> : tensor<600xf32>
  return
}
{-# dialect_resources: { builtin: { constant_c2: "0x0400000000000000" } } #-}
