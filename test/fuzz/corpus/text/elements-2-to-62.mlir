func.func @f() -> tensor<4611686018427387904xf32> {
  %0 = graph.constant dense<0.0> : tensor<4611686018427387904xf32>
  return %0 : tensor<4611686018427387904xf32>
}
