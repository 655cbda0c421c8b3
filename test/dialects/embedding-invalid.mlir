// RUN: graph-opt %s --verify-diagnostics --split-input-file

func.func @embedding_c1(%w: tensor<10xf32>, %ids: tensor<2xi64>) {
  // expected-error @below {{expected weight of rank 2, got 'tensor<10xf32>'}}
  // expected-error @below {{failed to infer returned types}}
  %y = graph.embedding %w, %ids : (tensor<10xf32>, tensor<2xi64>) -> tensor<2xf32>
  return
}
