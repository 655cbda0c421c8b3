// RUN: graph-opt --graph-lift-parameters --verify-diagnostics %s

graph.parameter @w : tensor<2xf32> = dense<1.0> : tensor<2xf32>
// expected-error @below {{reads parameters: expected that only calls name it, so that they can pass them}}
func.func private @named() -> tensor<2xf32> {
  %w = graph.get @w : tensor<2xf32>
  return %w : tensor<2xf32>
}
func.func @names() attributes {handler = @named} {
  return
}
