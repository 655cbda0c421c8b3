// RUN: graph-translate --export-fx %s --weights-file=%t.data | FileCheck %s
// What a region uses from outside is an operand; a size is taken of the tensor again, inside.

// CHECK: def enter():
// CHECK: x = graph.placeholder("x")
// CHECK: enter()
// CHECK-NEXT: {{^ *}}[[COUNTER:[a-z_0-9]+]] = graph.placeholder
// CHECK-NEXT: {{^ *}}[[STATE:[a-z_0-9]+]] = graph.placeholder
// CHECK-NEXT: {{^ *}}[[X:x_[0-9]+]] = graph.placeholder("[[X]]")
// CHECK-NEXT: {{^ *}}[[SIZE:[a-z_0-9]+]] = call({{.*}}, aten.sym_size.int, [[X]], 0)
// CHECK-NEXT: {{^ *}}[[LESS:[a-z_0-9]+]] = call({{.*}}, aten.lt.Scalar, [[COUNTER]], [[SIZE]])
// CHECK-NEXT: while_loop_cond_graph_0 = leave("while_loop_cond_graph_0", [[LESS]])
// CHECK-NEXT: enter()
// CHECK: aten.select.int, {{x_[0-9]+}}, 0, item)
// CHECK: {{^ *}}[[NEXT:[a-z_0-9]+]] = call({{.*}}, aten.add.Scalar, {{.*}}, 1)
// CHECK-NEXT: while_loop_body_graph_0 = leave("while_loop_body_graph_0", ([[NEXT]], {{.*}}, ))
// CHECK: while_loop = call("while_loop", torch.ops.higher_order.while_loop, while_loop_cond_graph_0, while_loop_body_graph_0, [{{.*}}, {{.*}}], [x])
// CHECK: {{^ *}}[[SUM:[a-z_0-9]+]] = call({{.*}}, operator.getitem, while_loop, 1)
// CHECK: true_graph_0 = leave("true_graph_0", ({{.*}}, ))
// CHECK: false_graph_0 = leave("false_graph_0", ({{.*}}, ))
// CHECK: cond = call("cond", torch.ops.higher_order.cond, gt, true_graph_0, false_graph_0, [[[SUM]]])
func.func @main(%x: tensor<?x3xf32> {graph.name = "x"}) -> tensor<3xf32> {
  %zero = arith.constant 0 : index
  %one = arith.constant 1 : index
  %rows = tensor.dim %x, %zero : tensor<?x3xf32>
  %start = graph.constant dense<0.0> : tensor<3xf32>
  %sum = scf.for %i = %zero to %rows step %one iter_args(%state = %start) -> (tensor<3xf32>) {
    %slice = graph.slice %x starts [%i, 0] sizes [1, 3] steps [1, 1] : tensor<?x3xf32> -> tensor<1x3xf32>
    %row = graph.reshape %slice [3] : tensor<1x3xf32> -> tensor<3xf32>
    %next = graph.add %state, %row : (tensor<3xf32>, tensor<3xf32>) -> tensor<3xf32>
    scf.yield %next : tensor<3xf32>
  }
  %total = graph.reduce_sum %sum axes [0] : tensor<3xf32> -> tensor<f32>
  %none = graph.constant dense<0.0> : tensor<f32>
  %more = graph.gt %total, %none : (tensor<f32>, tensor<f32>) -> tensor<i1>
  %test = tensor.extract %more[] : tensor<i1>
  %y = scf.if %test -> (tensor<3xf32>) {
    %sine = graph.sin %sum : tensor<3xf32>
    scf.yield %sine : tensor<3xf32>
  } else {
    scf.yield %sum : tensor<3xf32>
  }
  return %y : tensor<3xf32>
}
