//===- Passes.td - running the program ------------------------------------===//
include "mlir/Pass/PassBase.td"

def InterpretPass : Pass<"graph-interpret", "::mlir::ModuleOp"> {
  let summary = "run the functions without arguments in the reference interpreter";
  let description = [{
    Runs every public function of the module that has a body and no arguments, and fails with an error on the first op in each that fails:
    a `check` op that does not hold, sizes that contradict each other, an op without evaluation. It is an error if there is no such
    function. The module stays as it is.

    Before and after:
    ```mlir
    func.func @test() {
      %one = arith.constant dense<1.0> : tensor<2xf32>
      %two = arith.addf %one, %one : tensor<2xf32>
      %expected = arith.constant dense<2.0> : tensor<2xf32>
      check.expect_close %two, %expected : tensor<2xf32>
      return
    }
    ```
  }];
}
