//===- Passes.td - differentiation ----------------------------------------===//
include "mlir/Pass/PassBase.td"

def GraphAutodiffPass : Pass<"graph-autodiff", "::mlir::ModuleOp"> {
  let summary = "make a function that computes gradients, in reverse mode";
  let description = [{
    Adds `<name>_gradient` behind the function. It takes the function's arguments and a cotangent for each of the results named by `of`,
    called `ct.<result>`; it returns the function's results, and for each argument named by `wrt` its gradient, called `grad.<argument>`:
    the cotangents times the Jacobian. With `loss` there is one result to differentiate, of one element, and its cotangent is 1.
    Gradients come from the ops (GradientOpInterface); branches and loops are taken backwards, a loop with what it carried into each of its
    iterations kept; one that ends by its data is run once more before, to count them. Only what `wrt` has an influence on is differentiated.

    Before:
    ```mlir
    func.func @f(%x: tensor<4xf32> {graph.name = "x"}) -> tensor<4xf32> {
      %y = graph.sin %x : tensor<4xf32>
      return %y : tensor<4xf32>
    }
    ```
    After:
    ```mlir
    func.func @f_gradient(%x: tensor<4xf32> {graph.name = "x"}, %ct: tensor<4xf32> {graph.name = "ct.out0"})
        -> (tensor<4xf32>, tensor<4xf32> {graph.name = "grad.x"}) {
      %y = graph.sin %x : tensor<4xf32>
      %0 = graph.cos %x : tensor<4xf32>
      %1 = graph.mul %ct, %0 : (tensor<4xf32>, tensor<4xf32>) -> tensor<4xf32>
      return %y, %1 : tensor<4xf32>, tensor<4xf32>
    }
    ```
    It refuses ops that have no gradient and say no reason (NotDifferentiable), calls (inline them first), names that the
    function lacks, and a `loss` that isn't one number. Parameters have gradients as arguments: `graph-lift-parameters` makes them that.
  }];
  let options = [Option<"function", "function", "std::string", "\"\"", "the function; by default the only public one">,
                 ListOption<"wrt", "wrt", "std::string", "the arguments to differentiate by; by default all of a floating-point type">,
                 ListOption<"of", "of", "std::string", "the results to differentiate; by default all of a floating-point type">,
                 Option<"loss", "loss", "bool", "false", "differentiate one result that is one number, with the cotangent 1">];
  let statistics = [Statistic<"numReversed", "reversed", "ops that cotangents were taken through">];
  let dependentDialects = ["::graphopt::graph::GraphDialect", "::mlir::arith::ArithDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}
