//===- Reshape.td ---------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_ReshapeOp : Graph_TensorOp<"reshape", [
    MovesElements, DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<FusionOpInterface, ["getFusionKind"]>,
    DeclareOpInterfaceMethods<ShapeOpInterface, ["isIdentityOnEqualShapes"]>]> {
  let summary = "the same elements in another shape";
  let description = [{
    y holds the elements of x in row-major order, with the sizes of the list: numbers, or values of type index. A size of -1 follows from
    the others; where those hold no elements it is 0.

    1. (C1) At most one size is -1, and no other is negative.
    2. (C2) x and y have as many elements: compiled code checks at run time what is not known before.

    Example:
    ```mlir
    %y = graph.reshape %x [2, -1] : tensor<4x3xf32> -> tensor<2x6xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$x, Variadic<Index>:$sizes, DenseI64ArrayAttr:$static_sizes);
  let results = (outs Graph_Tensor:$y);
  let assemblyFormat = "$x custom<DynamicIndexList>($sizes, $static_sizes) attr-dict `:` type($x) `->` type($y)";
  let hasFolder = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::llvm::ArrayRef<::mlir::OpFoldResult>":$sizes)>];
  let extraClassDeclaration = inferDeclaration # [{
    ::llvm::SmallVector<::mlir::OpFoldResult> getMixedSizes() {
      return ::mlir::getMixedValues(getStaticSizes(), getSizes(), getContext());
    }
  }];
}
