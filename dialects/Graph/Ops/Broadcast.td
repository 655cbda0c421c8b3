//===- Broadcast.td -------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_BroadcastOp : Graph_TensorOp<"broadcast", [
    MovesElements, DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<FusionOpInterface, ["getFusionKind"]>,
    DeclareOpInterfaceMethods<ShapeOpInterface, ["isIdentityOnEqualShapes"]>]> {
  let summary = "a tensor stretched to a larger shape";
  let description = [{
    `y[..., i] = x[i]`, by numpy's rules: axes of x are aligned with the last of y, and those of size 1 are stretched. Sizes are numbers or
    values of type index; -1 keeps the size of x.

    1. (C1) y has at least the rank of x, and -1 stands at an axis of x.
    2. (C2) Each size of x is 1 or that of y.

    Example:
    ```mlir
    %y = graph.broadcast %x [4, 3] : tensor<3xf32> -> tensor<4x3xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$x, Variadic<Index>:$sizes, DenseI64ArrayAttr:$static_sizes);
  let results = (outs Graph_Tensor:$y);
  let assemblyFormat = "$x custom<DynamicIndexList>($sizes, $static_sizes) attr-dict `:` type($x) `->` type($y)";
  let hasFolder = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::llvm::ArrayRef<::mlir::OpFoldResult>":$sizes)>];
}
