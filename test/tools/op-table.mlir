// RUN: graph-translate --op-table %s | FileCheck %s
// RUN: graph-translate --op-table --after=cse %s | FileCheck %s --check-prefix=AFTER
// RUN: graph-translate --op-table --dynamic-size=100 %s | FileCheck %s --check-prefix=DYNAMIC

// Ops are sorted by their arithmetic; sizes known at run time count as 1, or as --dynamic-size says.
// CHECK:      graph.add        2 8 96
// CHECK-NEXT: total            2 8 96
// AFTER:      graph.add        2 8 96 1 4 48
// AFTER-NEXT: total            2 8 96 1 4 48
// DYNAMIC:    graph.add        2 800 9.6 k
func.func @twice(%a: tensor<?x4xf32>) -> (tensor<?x4xf32>, tensor<?x4xf32>) {
  %0 = graph.add %a, %a : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  %1 = graph.add %a, %a : (tensor<?x4xf32>, tensor<?x4xf32>) -> tensor<?x4xf32>
  return %0, %1 : tensor<?x4xf32>, tensor<?x4xf32>
}
