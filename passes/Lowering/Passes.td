//===- Passes.td - from the dialect to linalg -----------------------------===//
include "mlir/Pass/PassBase.td"

def GraphToLinalgPass : Pass<"graph-to-linalg", "::mlir::ModuleOp"> {
  let summary = "lower every op of the dialect to linalg on tensors";
  let description = [{
    Ops that implement LowerOpInterface build their lowering; elementwise ops (ScalarBodyOpInterface) become one `linalg.generic`;
    composite ops without a lowering are decomposed first. Signed and unsigned element types become signless ones. An op that has none of
    the three is an error.

    Before:
    ```mlir
    %y = graph.exp %x : tensor<4xf32>
    ```
    After: a `linalg.generic` with `math.exp` in its body.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::func::FuncDialect",
                           "::mlir::linalg::LinalgDialect", "::mlir::math::MathDialect", "::mlir::scf::SCFDialect",
                           "::mlir::tensor::TensorDialect"];
}
