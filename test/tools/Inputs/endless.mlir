func.func @f(%a: tensor<f32>) -> tensor<f32> {
  %c0 = arith.constant 0 : index
  %c1 = arith.constant 1 : index
  %n = arith.constant 100000000000 : index
  %r = scf.for %i = %c0 to %n step %c1 iter_args(%x = %a) -> tensor<f32> {
    %y = graph.neg %x : tensor<f32>
    scf.yield %y : tensor<f32>
  }
  return %r : tensor<f32>
}
