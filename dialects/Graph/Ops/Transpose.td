//===- Transpose.td -------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_TransposeOp : Graph_TensorOp<"transpose", [
    MovesElements, DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>, DeclareOpInterfaceMethods<FusionOpInterface, ["getFusionKind"]>]> {
  let summary = "the axes in another order";
  let description = [{
    Axis d of y is axis `permutation[d]` of x.

    1. (C1) `permutation` holds each of 0 ... rank-1 once.

    Example:
    ```mlir
    %y = graph.transpose %x [1, 0] : tensor<4x3xf32> -> tensor<3x4xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$x, DenseI64ArrayAttr:$permutation);
  let results = (outs Graph_Tensor:$y);
  let assemblyFormat = "$x $permutation attr-dict `:` type($x) `->` type($y)";
  let hasFolder = 1;
}
