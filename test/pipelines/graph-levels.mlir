// RUN: graph-opt --pass-pipeline="builtin.module(graph-O0)" %s | FileCheck %s --check-prefix=O0
// RUN: graph-opt --pass-pipeline="builtin.module(graph-O1)" %s | FileCheck %s --check-prefix=O1
// RUN: graph-opt --graph-O2 %s | FileCheck %s --check-prefix=O1
// RUN: graph-opt --graph-O3 %s | FileCheck %s --check-prefix=O1
// RUN: graph-opt --graph-O1="after-clean=func.func(convert-elementwise-to-linalg),symbol-privatize{exclude=f} after-import=graph-cse" %s \
// RUN:   | FileCheck %s --check-prefix=SLOT
// RUN: not graph-opt --graph-O1="after-lunch=cse" %s 2>&1 | FileCheck %s --check-prefix=UNKNOWN
// RUN: not graph-opt --graph-O1="cse" %s 2>&1 | FileCheck %s --check-prefix=NOSLOT
// RUN: not graph-opt --graph-O1="after-clean=no-such-pass" %s 2>&1 | FileCheck %s --check-prefix=NOPASS
// RUN: not graph-opt --graph-O1="after-tiling=cse" %s 2>&1 | FileCheck %s --check-prefix=BELOW

// UNKNOWN: expected one of the slots after-import, {{.*}}, got 'after-lunch'
// NOSLOT: expected 'slot=passes', got 'cse'
// NOPASS: in pipeline 'no-such-pass': 'no-such-pass' does not refer to a registered pass or pass pipeline
// BELOW: slot 'after-tiling' lies below the graph

// O0: graph.add
// O1-LABEL: func.func @f
// O1-NEXT: %[[C:.+]] = graph.constant dense<2.000000e+00>
// O1-NEXT: return %[[C]]
// O1: @g
// SLOT: func.func @f
// SLOT: func.func private @g
func.func @f() -> tensor<f32> {
  %c = graph.constant dense<1.0> : tensor<f32>
  %d = graph.constant dense<1.0> : tensor<f32>
  %s = graph.add %c, %d : (tensor<f32>, tensor<f32>) -> tensor<f32>
  return %s : tensor<f32>
}
func.func @g() {
  return
}
