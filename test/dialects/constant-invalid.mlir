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
