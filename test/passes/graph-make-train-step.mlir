// RUN: graph-opt --graph-make-train-step="loss=mse" --graph-canonicalize --graph-dce %s | FileCheck %s
// RUN: graph-opt --graph-make-train-step="loss=mse optimizer=adam accumulate=2 keep-outputs=true" %s | FileCheck %s --check-prefix=ADAM
// RUN: graph-opt --graph-make-train-step="loss=mse parameters=b" %s | FileCheck %s --check-prefix=PART
// RUN: graph-opt --graph-make-train-step="loss=mse seed=7" %s | FileCheck %s --check-prefix=SEED

// What is trained is mutable, and the step returns its next value.
// CHECK: graph.parameter @w {mutable} : tensor<3x2xf32>
// CHECK: graph.parameter @b {mutable} : tensor<2xf32>
// CHECK: graph.parameter @table {role = "constant"} : tensor<2xf32>
// CHECK-LABEL: func.func @train_step(
// CHECK-SAME: %[[X:[a-z0-9]+]]: tensor<?x3xf32> {graph.name = "x"}, %[[T:[a-z0-9]+]]: tensor<?x2xf32> {graph.name = "target"}, %[[LR:[a-z0-9]+]]: tensor<f64> {graph.name = "lr"})
// CHECK-SAME: -> (tensor<f32> {graph.name = "loss"}, tensor<i64> {graph.name = "new.random.key"}, tensor<3x2xf32> {graph.name = "new.w"},
// CHECK-SAME: tensor<2xf32> {graph.name = "new.b"})
// CHECK: %[[KEY:.+]] = graph.get @random.key : tensor<i64>
// CHECK: graph.random %[[KEY]]
// CHECK: %[[RATE:.+]] = graph.cast %[[LR]] to f32
// CHECK: graph.mul %{{.+}}, %[[RATE]]

// ADAM-DAG: graph.parameter @optimizer.w.exp_avg {mutable, role = "state"} : tensor<3x2xf32> = dense<0.000000e+00>
// ADAM-DAG: graph.parameter @optimizer.w.exp_avg_sq {mutable, role = "state"}
// ADAM-DAG: graph.parameter @optimizer.step {mutable, role = "state"} : tensor<f64>
// ADAM-DAG: graph.parameter @accumulated.w {mutable, role = "state"}
// ADAM-DAG: graph.parameter @accumulated.steps {mutable, role = "state"} : tensor<i64>
// ADAM: func.func @train_step
// ADAM-SAME: graph.name = "loss"}, tensor<?x2xf32> {graph.name = "y"}
// ADAM-SAME: graph.name = "new.optimizer.step"

// PART: graph.parameter @w : tensor<3x2xf32>
// PART: graph.parameter @b {mutable} : tensor<2xf32>
// PART-NOT: new.w
// PART: return

// SEED: graph.parameter @random.key {mutable, role = "state"} : tensor<i64> = dense<7>
graph.parameter @w : tensor<3x2xf32> = dense<1.0> : tensor<3x2xf32>
graph.parameter @b : tensor<2xf32> = dense<0.0> : tensor<2xf32>
graph.parameter @table {role = "constant"} : tensor<2xf32> = dense<2.0> : tensor<2xf32>
func.func @main(%x: tensor<?x3xf32> {graph.name = "x"}, %key: tensor<i64> {graph.name = "random.key"}) -> (tensor<?x2xf32> {graph.name = "y"}) {
  %b = graph.get @b : tensor<2xf32>
  %w = graph.get @w : tensor<3x2xf32>
  %table = graph.get @table : tensor<2xf32>
  %0 = graph.matmul %x, %w : (tensor<?x3xf32>, tensor<3x2xf32>) -> tensor<?x2xf32>
  %1 = graph.add %0, %b : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %2 = graph.random %key f32 [2] {stream = 1 : i64} : tensor<i64> -> tensor<2xf32>
  %3 = graph.mul %1, %2 : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  %y = graph.mul %3, %table : (tensor<?x2xf32>, tensor<2xf32>) -> tensor<?x2xf32>
  return %y : tensor<?x2xf32>
}
