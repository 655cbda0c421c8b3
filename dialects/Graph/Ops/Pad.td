//===- Pad.td -------------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_PadOp : Graph_TensorOp<"pad", [
    AttrSizedOperandSegments, DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>,
    DeclareOpInterfaceMethods<ShapeOpInterface, ["isIdentityOnEqualShapes"]>]> {
  let summary = "a tensor with elements around it";
  let description = [{
    y is x with `low[d]` elements before and `high[d]` after it along each axis d, all of them `value`. Amounts are numbers or values of type
    index.

    1. (C1) value has rank 0 and the element type of x.
    2. (C2) There is a low and a high amount for each axis of x, and none is negative: compiled code checks at run time what is not known
       before.

    Example:
    ```mlir
    %y = graph.pad %x, %zero low [1, 0] high [0, 2] : (tensor<4x3xf32>, tensor<f32>) -> tensor<5x5xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$x, Graph_Tensor:$value, Variadic<Index>:$low, Variadic<Index>:$high, DenseI64ArrayAttr:$static_low,
                       DenseI64ArrayAttr:$static_high);
  let results = (outs Graph_Tensor:$y);
  let assemblyFormat = [{
    $x `,` $value `low` custom<DynamicIndexList>($low, $static_low) `high` custom<DynamicIndexList>($high, $static_high)
    attr-dict `:` `(` type($x) `,` type($value) `)` `->` type($y)
  }];
  let hasFolder = 1;
  let extraClassDeclaration = inferDeclaration # [{
    /// The same of amounts of which those that are known may be negative: they cut off.
    static ::mlir::Value padOrCut(::mlir::OpBuilder &b, ::mlir::Location loc, ::mlir::Value x, ::mlir::Value value,
                                  ::llvm::ArrayRef<::mlir::OpFoldResult> low, ::llvm::ArrayRef<::mlir::OpFoldResult> high);
  }];
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Value":$value, "::llvm::ArrayRef<::mlir::OpFoldResult>":$low,
                                 "::llvm::ArrayRef<::mlir::OpFoldResult>":$high)>];
}
