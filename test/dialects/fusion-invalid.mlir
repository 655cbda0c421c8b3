// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @fusion_c1(%x: tensor<4xf32>) {
  // expected-error @below {{expected arguments of the operands' types 'tensor<4xf32>', got 'tensor<3xf32>'}}
  %y = "graph.fusion"(%x) ({
  ^bb0(%a: tensor<3xf32>):
    graph.yield %a : tensor<3xf32>
  }) : (tensor<4xf32>) -> tensor<3xf32>
  return
}

// -----

func.func @fusion_c2(%x: tensor<4xf32>) {
  // expected-error @below {{expected a body that ends with a 'graph.yield' of 'tensor<3xf32>'}}
  %y = "graph.fusion"(%x) ({
  ^bb0(%a: tensor<4xf32>):
    graph.yield %a : tensor<4xf32>
  }) : (tensor<4xf32>) -> tensor<3xf32>
  return
}

// -----

func.func private @effect()

func.func @fusion_c3(%x: tensor<4xf32>) {
  // expected-error @below {{expected ops without effects that are no fusions, got 'func.call'}}
  %y = graph.fusion (%a = %x : tensor<4xf32>) {
    // expected-note @below {{here}}
    func.call @effect() : () -> ()
    graph.yield %a : tensor<4xf32>
  }
  return
}

// -----

func.func @fusion_c3_nested(%x: tensor<4xf32>) {
  // expected-error @below {{expected ops without effects that are no fusions, got 'graph.fusion'}}
  %y = graph.fusion (%a = %x : tensor<4xf32>) {
    // expected-note @below {{here}}
    %z = graph.fusion (%b = %a : tensor<4xf32>) {
      graph.yield %b : tensor<4xf32>
    }
    graph.yield %z : tensor<4xf32>
  }
  return
}

// -----

func.func @isolated(%x: tensor<4xf32>) {
  // expected-note @below {{required by region isolation constraints}}
  %y = graph.fusion (%a = %x : tensor<4xf32>) {
    // expected-error @below {{using value defined outside the region}}
    %e = graph.exp %x : tensor<4xf32>
    graph.yield %e : tensor<4xf32>
  }
  return
}

// -----

func.func @yield_is_inside(%x: tensor<4xf32>) {
  // expected-error @below {{'graph.yield' op expects parent op 'graph.fusion'}}
  graph.yield %x : tensor<4xf32>
}
