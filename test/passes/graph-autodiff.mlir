// RUN: graph-opt --graph-autodiff=function=sine %s | FileCheck %s --check-prefix=SINE
// RUN: graph-opt --graph-autodiff="function=loss loss=true wrt=w" %s | FileCheck %s --check-prefix=LOSS
// RUN: graph-opt --graph-autodiff="function=two of=b" %s | FileCheck %s --check-prefix=TWO
// RUN: graph-opt --graph-autodiff="function=attend wrt=q" %s | FileCheck %s --check-prefix=ATTEND
// RUN: graph-opt --graph-autodiff=function=loop %s | FileCheck %s --check-prefix=LOOP
// RUN: graph-opt --graph-autodiff=function=stop %s | FileCheck %s --check-prefix=STOP
// RUN: graph-opt --graph-autodiff=function=until %s | FileCheck %s --check-prefix=UNTIL

// SINE-LABEL: func.func @sine_gradient
// SINE-SAME: %[[X:.+]]: tensor<4xf32> {graph.name = "x"}, %[[CT:.+]]: tensor<4xf32> {graph.name = "ct.out0"}
// SINE-SAME: -> (tensor<4xf32>, tensor<4xf32> {graph.name = "grad.x"})
// SINE: %[[Y:.+]] = graph.sin %[[X]]
// SINE: %[[COS:.+]] = graph.cos %[[X]]
// SINE: %[[DX:.+]] = graph.mul %[[CT]], %[[COS]]
// SINE: return %[[Y]], %[[DX]]
func.func @sine(%x: tensor<4xf32> {graph.name = "x"}) -> tensor<4xf32> {
  %y = graph.sin %x : tensor<4xf32>
  return %y : tensor<4xf32>
}

// The loss has the cotangent 1; x has no gradient, and what only it would need is not built.
// LOSS-LABEL: func.func @loss_gradient
// LOSS-NOT: graph.name = "ct.
// LOSS-SAME: -> (tensor<f32>, tensor<4xf32> {graph.name = "grad.w"})
// LOSS-NOT: graph.cos
func.func @loss(%x: tensor<4xf32> {graph.name = "x"}, %w: tensor<4xf32> {graph.name = "w"}) -> tensor<f32> {
  %0 = graph.sin %x : tensor<4xf32>
  %1 = graph.mul %0, %w : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  %2 = graph.reduce_sum %1 axes [0] : tensor<4xf32> -> tensor<f32>
  return %2 : tensor<f32>
}

// TWO-LABEL: func.func @two_gradient
// TWO-SAME: graph.name = "ct.b"
// TWO-SAME: graph.name = "a"{{.*}}graph.name = "b"{{.*}}graph.name = "grad.x"
// TWO-NOT: graph.cos
// TWO: return
func.func @two(%x: tensor<4xf32> {graph.name = "x"}) -> (tensor<4xf32> {graph.name = "a"}, tensor<4xf32> {graph.name = "b"}) {
  %a = graph.sin %x : tensor<4xf32>
  %b = graph.exp %x : tensor<4xf32>
  return %a, %b : tensor<4xf32>, tensor<4xf32>
}

// The loop keeps what each iteration began with, and is run backwards.
// LOOP-LABEL: func.func @loop_gradient
// LOOP: %[[FORWARD:.+]]:2 = scf.for {{.*}} -> (tensor<2xf32>, tensor<{{.*}}x2xf32>)
// LOOP: tensor.insert_slice
// LOOP: %[[BACKWARD:.+]] = scf.for
// LOOP: tensor.extract_slice %[[FORWARD]]#1
// LOOP: return %[[FORWARD]]#0, %[[BACKWARD]]
func.func @loop(%x: tensor<2xf32> {graph.name = "x"}) -> tensor<2xf32> {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %n = arith.constant 3 : index
  %y = scf.for %i = %zero to %n step %one iter_args(%v = %x) -> tensor<2xf32> {
    %w = graph.sin %v : tensor<2xf32>
    scf.yield %w : tensor<2xf32>
  }
  return %y : tensor<2xf32>
}

// No cotangent passes what stops gradients, and nothing is built for it.
// STOP-LABEL: func.func @stop_gradient
// STOP: %[[S:.+]] = graph.sin
// STOP: %[[K:.+]] = graph.stop_gradient %[[S]]
// STOP: %[[DX:.+]] = graph.mul %{{.+}}, %[[K]]
// STOP-NOT: graph.cos
// STOP: return %{{.+}}, %[[DX]]
func.func @stop(%x: tensor<4xf32>) -> tensor<4xf32> {
  %0 = graph.sin %x : tensor<4xf32>
  %1 = graph.stop_gradient %0 : tensor<4xf32>
  %y = graph.mul %1, %x : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
  return %y : tensor<4xf32>
}

// A loop that ends by its data is run to count its iterations, and is a counted loop then.
// UNTIL-LABEL: func.func @until_gradient
// UNTIL: %[[COUNT:.+]]:2 = scf.while {{.*}} -> (tensor<f32>, index)
// UNTIL: scf.for %{{.+}} = %{{.+}} to %[[COUNT]]#1
// UNTIL: tensor.insert_slice
// UNTIL: scf.for
// UNTIL: tensor.extract_slice
func.func @until(%x: tensor<f32>, %limit: tensor<f32>) -> tensor<f32> {
  %y = scf.while (%v = %x) : (tensor<f32>) -> tensor<f32> {
    %c = graph.lt %v, %limit : (tensor<f32>, tensor<f32>) -> tensor<i1>
    %p = tensor.extract %c[] : tensor<i1>
    scf.condition(%p) %v : tensor<f32>
  } do {
  ^bb0(%v: tensor<f32>):
    %w = graph.exp %v : tensor<f32>
    scf.yield %w : tensor<f32>
  }
  return %y : tensor<f32>
}

// What the gradient of attention is built of looks through the transposition of q, which has to take its share all the same.
// ATTEND-LABEL: func.func @attend_gradient
// ATTEND-SAME: %[[Q:.+]]: tensor<1x5x2x4xf32> {graph.name = "q"}
// ATTEND: %[[DQ:.+]] = graph.transpose %{{.+}} [0, 2, 1, 3] : tensor<1x2x5x4xf32> -> tensor<1x5x2x4xf32>
// ATTEND-NEXT: return %{{.+}}, %[[DQ]] : tensor<1x2x5x4xf32>, tensor<1x5x2x4xf32>
func.func @attend(%q: tensor<1x5x2x4xf32> {graph.name = "q"}, %k: tensor<1x2x5x4xf32> {graph.name = "k"}) -> tensor<1x2x5x4xf32> {
  %t = graph.transpose %q [0, 2, 1, 3] : tensor<1x5x2x4xf32> -> tensor<1x2x5x4xf32>
  %y = graph.attention %t, %k, %k scale 5.000000e-01 group 1 : (tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>, tensor<1x2x5x4xf32>) -> tensor<1x2x5x4xf32>
  return %y : tensor<1x2x5x4xf32>
}
