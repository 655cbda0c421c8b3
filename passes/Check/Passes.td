//===- Passes.td - running the program ------------------------------------===//
include "mlir/Pass/PassBase.td"

def InterpretPass : Pass<"graph-interpret", "::mlir::ModuleOp"> {
  let summary = "run the functions without arguments, and fail where a check does not hold";
  let description = [{
    Runs every public function of the module that has a body and no arguments, and fails with an error on what fails: a `check` op that
    does not hold, sizes that contradict each other, an op without evaluation. It is an error if there is no such function. The module
    stays as it is.

    With `target=cpu` the functions run as machine code. Their tensor constants are passed as arguments, so that the compiler can't fold
    what it is tested on, and the operands of `check` ops are taken out as results.

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
  let options = [
    Option<"target", "target", "std::string", "\"interpreter\"", "what runs the functions: interpreter or cpu">,
    Option<"pipeline", "pipeline", "std::string", "\"O2\"", "for cpu: the pipeline that compiles them">
  ];
  let dependentDialects = ["::mlir::arith::ArithDialect", "::mlir::tensor::TensorDialect"];
}
