// RUN: graph-opt %s | FileCheck %s
// RUN: not graph-opt --max-nesting=2 %s

// Brackets in strings and comments don't count, nor does the arrow close one: ((((((((((
// CHECK: attributes {{.*}}note = "((((((((((<<<<<<<<"}
func.func @nested(%a: tensor<2xf32>) -> (tensor<2xf32>) attributes {note = "((((((((((<<<<<<<<", list = [[[1]]]} {
  return %a : tensor<2xf32>
}
