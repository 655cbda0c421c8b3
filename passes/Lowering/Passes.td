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

def GraphCheckSizesPass : Pass<"graph-check-sizes", "::mlir::func::FuncOp"> {
  let summary = "watch at run time that sizes agree";
  let description = [{
    What types leave open is asserted before the op that relies on it: that the operands of a linalg op agree on the sizes of its loops,
    that a cast to a known size is right, that a shape has as many elements as the one before, and that slices lie inside of
    their tensors. Conditions that hold by the types, or because both sides are one size, leave no trace. Indices that are data
    (`tensor.extract`) are not watched.

    Before:
    ```mlir
    %0 = linalg.add ins(%x, %y : tensor<?xf32>, tensor<?xf32>) outs(%e : tensor<?xf32>) -> tensor<?xf32>
    ```
    After: `tensor.dim` of both, compared, and `cf.assert %same, "expected sizes that agree"` before it.
  }];
  let dependentDialects = ["::mlir::affine::AffineDialect", "::mlir::arith::ArithDialect", "::mlir::cf::ControlFlowDialect",
                           "::mlir::memref::MemRefDialect", "::mlir::tensor::TensorDialect"];
}
