// RUN: graph-opt --graph-fold --split-input-file %s | FileCheck %s
// RUN: graph-opt --graph-fold="max-bytes=16" --verify-diagnostics --split-input-file %s | FileCheck %s --check-prefix=LIMIT

// CHECK-LABEL: @a_chain_of_constants
// CHECK: %[[C:.+]] = graph.constant dense<[4.000000e+00, 6.000000e+00]> : tensor<2xf32>
// CHECK-NEXT: return %[[C]]
func.func @a_chain_of_constants() -> tensor<2xf32> {
  %a = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
  %b = graph.add %a, %a : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  %c = graph.constant dense<2.0> : tensor<f32>
  %d = graph.add %b, %c : (tensor<2xf32>, tensor<f32>) -> tensor<2xf32>
  return %d : tensor<2xf32>
}

// What a parameter and constants give is known; the rest is not.
// CHECK-LABEL: @over_weights
// CHECK: %[[W:.+]] = graph.constant dense<-3.000000e+00> : tensor<2xf32>
// CHECK-NEXT: graph.mul %{{.+}}, %[[W]]
// LIMIT-LABEL: @over_weights
graph.parameter @w : tensor<2xf32> = dense<3.0> : tensor<2xf32>
func.func @over_weights(%x: tensor<2xf32>) -> tensor<2xf32> {
  %w = graph.get @w : tensor<2xf32>
  %n = graph.neg %w : tensor<2xf32>
  %y = graph.mul %x, %n : (tensor<2xf32>, tensor<2xf32>) -> tensor<2xf32>
  return %y : tensor<2xf32>
}

// CHECK-LABEL: @a_parameter_stays_a_parameter
// CHECK: graph.get @w
func.func @a_parameter_stays_a_parameter() -> tensor<2xf32> {
  %w = graph.get @w : tensor<2xf32>
  return %w : tensor<2xf32>
}

// -----

// CHECK-LABEL: @a_mutable_parameter_is_not_known
// CHECK: graph.neg
graph.parameter @state {mutable} : tensor<2xf32> = dense<3.0> : tensor<2xf32>
func.func @a_mutable_parameter_is_not_known() -> tensor<2xf32> {
  %w = graph.get @state : tensor<2xf32>
  %n = graph.neg %w : tensor<2xf32>
  return %n : tensor<2xf32>
}

// -----

// CHECK-LABEL: @large_results_are_blobs
// CHECK: graph.constant dense_resource<folded_{{.+}}> : tensor<1024xf32>
// LIMIT-LABEL: @large_results_are_blobs
// LIMIT: graph.neg
graph.parameter @large : tensor<1024xf32> = dense<3.0> : tensor<1024xf32>
func.func @large_results_are_blobs() -> tensor<1024xf32> {
  %w = graph.get @large : tensor<1024xf32>
  // expected-remark @below {{not folded: expected a result of at most 16 bytes, got 'tensor<1024xf32>'}}
  %n = graph.neg %w : tensor<1024xf32>
  return %n : tensor<1024xf32>
}

// A value that is larger than the weights it comes from costs more to read than to compute; a smaller one computed from it is folded.
// CHECK-LABEL: @growth
// CHECK-DAG: %[[C:.+]] = graph.constant dense<3.000000e+00> : tensor<f32>
// CHECK-DAG: %[[B:.+]] = graph.broadcast %[[C]]
// CHECK-DAG: %[[S:.+]] = graph.constant dense<3.072000e+03> : tensor<f32>
// CHECK: return %[[B]], %[[S]]
func.func @growth() -> (tensor<1024xf32>, tensor<f32>) {
  %c = graph.constant dense<3.0> : tensor<f32>
  // expected-remark @below {{not folded}}
  %b = graph.broadcast %c [1024] : tensor<f32> -> tensor<1024xf32>
  %s = graph.reduce_sum %b axes [0] : tensor<1024xf32> -> tensor<f32>
  return %b, %s : tensor<1024xf32>, tensor<f32>
}

// CHECK-LABEL: @inside_regions
// CHECK: scf.if
// CHECK-NEXT: graph.constant dense<2.000000e+00>
func.func @inside_regions(%p: i1, %x: tensor<f32>) -> tensor<f32> {
  %c = graph.constant dense<1.0> : tensor<f32>
  %r = scf.if %p -> tensor<f32> {
    %d = graph.add %c, %c : (tensor<f32>, tensor<f32>) -> tensor<f32>
    scf.yield %d : tensor<f32>
  } else {
    scf.yield %x : tensor<f32>
  }
  return %r : tensor<f32>
}
