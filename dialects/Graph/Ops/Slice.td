//===- Slice.td -----------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_SliceOp : Graph_TensorOp<"slice", [
    MovesElements, AttrSizedOperandSegments, DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>, DeclareOpInterfaceMethods<FusionOpInterface, ["getFusionKind"]>,
    DeclareOpInterfaceMethods<ShapeOpInterface, ["isIdentityOnEqualShapes"]>]> {
  let summary = "a part of a tensor";
  let description = [{
    `y[i, j, ...] = x[starts[0] + i * steps[0], starts[1] + j * steps[1], ...]`. Starts and sizes are numbers or values of type index, steps are
    numbers; a negative step walks backwards. A start that would read outside of x is moved to the nearest that does not.

    1. (C1) There is a start, a size and a step for each axis of x.
    2. (C2) Sizes are at least 0, and no step is 0.
    3. (C3) Each axis of x is long enough: `(size - 1) * |step| + 1` elements, none for size 0.

    Example:
    ```mlir
    %y = graph.slice %x starts [0, 2] sizes [4, 1] steps [1, 1] : tensor<4x3xf32> -> tensor<4x1xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$x, Variadic<Index>:$starts, Variadic<Index>:$sizes, DenseI64ArrayAttr:$static_starts,
                       DenseI64ArrayAttr:$static_sizes, DenseI64ArrayAttr:$steps);
  let results = (outs Graph_Tensor:$y);
  let assemblyFormat = [{
    $x `starts` custom<DynamicIndexList>($starts, $static_starts) `sizes` custom<DynamicIndexList>($sizes, $static_sizes)
    `steps` $steps attr-dict `:` type($x) `->` type($y)
  }];
  let hasFolder = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::llvm::ArrayRef<::mlir::OpFoldResult>":$starts,
                                 "::llvm::ArrayRef<::mlir::OpFoldResult>":$sizes, "::llvm::ArrayRef<int64_t>":$steps)>];
  let extraClassDeclaration = inferDeclaration # [{
    /// The first element that is read along each axis, in range: of the lowest position, for a negative step.
    ::llvm::SmallVector<::mlir::OpFoldResult> getBases(::mlir::OpBuilder &b, ::mlir::Value x, ::mlir::ValueRange starts,
                                                       ::mlir::ValueRange sizes);
  }];
}
