// RUN: graph-opt --graph-fold="max-flops=10" --verify-diagnostics %s

graph.parameter @w : tensor<8xf32> = dense<3.0> : tensor<8xf32>
func.func @work_is_limited() -> tensor<8xf32> {
  %w = graph.get @w : tensor<8xf32>
  // expected-remark @below {{folding stops here: expected at most 10 arithmetic operations}}
  %n = graph.neg %w : tensor<8xf32>
  return %n : tensor<8xf32>
}
