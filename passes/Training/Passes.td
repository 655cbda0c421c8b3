//===- Passes.td - training -----------------------------------------------===//
include "mlir/Pass/PassBase.td"

def GraphMakeTrainStepPass : Pass<"graph-make-train-step", "::mlir::ModuleOp"> {
  let summary = "turn a model's function into one step of its training";
  let description = [{
    Turns the function into `train_step`, which computes the loss of a batch, its gradients, and what the optimiser makes of them. It takes the
    function's inputs, `target` and the learning rate `lr`, a tensor<f64>; it returns `loss` and, for each parameter and state X, its next
    value `new.X`. Parameters and states are mutable parameters of the module: `graph-lift-parameters{mutable-only}` makes them arguments.

    The parameters trained are those with the role "parameter" and a floating-point type, or those that `parameters` names. `loss` is
    torch.nn.functional's of that name, of the output that `output` names, by default the first; without `loss` that output is the loss. A
    model that draws random numbers keeps its key as the state `random.key`, which counts steps. New values that the function returns
    already (`new.X`, of batch normalisation) stay; its other results go, unless `keep-outputs` is set.

    Parameters whose values are the same bytes of a file are one, with several names.

    With `accumulate` = K, gradients are averaged over K steps, and parameters change in each K-th.

    Before:
    ```mlir
    graph.parameter @w : tensor<3x2xf32> = dense<1.0> : tensor<3x2xf32>
    func.func @main(%x: tensor<?x3xf32> {graph.name = "x"}) -> (tensor<?x2xf32> {graph.name = "y"}) {
      %w = graph.get @w : tensor<3x2xf32>
      %y = graph.matmul %x, %w : (tensor<?x3xf32>, tensor<3x2xf32>) -> tensor<?x2xf32>
      return %y : tensor<?x2xf32>
    }
    ```
    After `graph-make-train-step{loss=cross_entropy optimizer=sgd}`:
    ```mlir
    func.func @train_step(%x: tensor<?x3xf32> {graph.name = "x"}, %target: tensor<?xi64> {graph.name = "target"},
                          %lr: tensor<f64> {graph.name = "lr"})
        -> (tensor<f32> {graph.name = "loss"}, tensor<3x2xf32> {graph.name = "new.w"})
    ```
    It refuses calls (inline them first), ops without a gradient, losses, optimisers and settings that it doesn't know.
  }];
  let options = [Option<"loss", "loss", "std::string", "\"\"", "cross_entropy, nll, mse, l1, smooth_l1, huber, bce, bce_with_logits or kl_div">,
                 ListOption<"lossSettings", "loss-settings", "std::string", "of the loss, as name=value: label_smoothing=0.1, or weight=true for an input `loss.weight`">,
                 Option<"optimizer", "optimizer", "std::string", "\"sgd\"", "sgd, adam, adamw, rmsprop or adagrad">,
                 ListOption<"optimizerSettings", "optimizer-settings", "std::string", "of the optimiser, as name=value: momentum=0.9">,
                 Option<"function", "function", "std::string", "\"\"", "the function; by default the only public one">,
                 Option<"output", "output", "std::string", "\"\"", "the result that the loss is of">,
                 ListOption<"parameters", "parameters", "std::string", "the parameters to train">,
                 Option<"clipNorm", "clip-norm", "double", "0", "the greatest norm of all gradients together; 0 for any">,
                 Option<"clipValue", "clip-value", "double", "0", "the greatest magnitude of an element of a gradient; 0 for any">,
                 Option<"accumulate", "accumulate", "int64_t", "1", "steps whose gradients are averaged">,
                 Option<"seed", "seed", "int64_t", "0", "the first key of a model that draws random numbers">,
                 Option<"keepOutputs", "keep-outputs", "bool", "false", "return the function's own results, too">];
  let statistics = [Statistic<"numTrained", "trained", "parameters that the step changes">];
  let dependentDialects = ["::graphopt::graph::GraphDialect", "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}
