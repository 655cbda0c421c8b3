// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @attention_c1(%q: tensor<4x3xf32>, %v: tensor<4x3xf16>) {
  // expected-error @below {{expected one element type and one rank of at least 2, got 'tensor<4x3xf32>', 'tensor<4x3xf32>' and 'tensor<4x3xf16>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.attention %q, %q, %v scale 1.0 group 1 : (tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf16>) -> tensor<4x3xf32>
  return
}

// -----

func.func @attention_c2(%q: tensor<4x3xf32>, %v: tensor<5x3xf32>) {
  // expected-error @below {{expected query and key to have one last size, and key and value one before it}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.attention %q, %q, %v scale 1.0 group 1 : (tensor<4x3xf32>, tensor<4x3xf32>, tensor<5x3xf32>) -> tensor<4x3xf32>
  return
}

// -----

func.func @attention_c2_heads(%q: tensor<6x4x3xf32>, %k: tensor<2x4x3xf32>) {
  // expected-error @below {{expected sizes before the last two that broadcast, and 2 heads for each of key's}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.attention %q, %k, %k scale 1.0 group 2 : (tensor<6x4x3xf32>, tensor<2x4x3xf32>, tensor<2x4x3xf32>) -> tensor<6x4x3xf32>
  return
}

// -----

func.func @attention_c2_group(%q: tensor<6x4x3xf32>) {
  // expected-error @below {{expected a group of 1 to 2^31 heads, got 0}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.attention %q, %q, %q scale 1.0 group 0 : (tensor<6x4x3xf32>, tensor<6x4x3xf32>, tensor<6x4x3xf32>) -> tensor<6x4x3xf32>
  return
}

// -----

func.func @attention_c3(%q: tensor<4x3xf32>, %m: tensor<2x1x4xi1>) {
  // expected-error @below {{expected a mask of i1 or of the operands' element type that broadcasts to the scores, got 'tensor<2x1x4xi1>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.attention %q, %q, %q mask %m scale 1.0 group 1
      : (tensor<4x3xf32>, tensor<4x3xf32>, tensor<4x3xf32>, tensor<2x1x4xi1>) -> tensor<4x3xf32>
  return
}
