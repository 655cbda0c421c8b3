//===- Nonzero.td ---------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_NonzeroOp : Graph_TensorOp<"nonzero", [
    NotDifferentiable, DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>]> {
  let summary = "the positions of elements that are not 0";
  let description = [{
    A row for each element of x that is not 0 (NaN is not), in row-major order: its position, one number for each axis of x. How many rows
    there are depends on the elements. Not differentiable: the result is positions.

    Example:
    ```mlir
    %y = graph.nonzero %x : tensor<4x3xf32> -> tensor<?x2xi64>
    ```
  }];
  let arguments = (ins Graph_Tensor:$x);
  let results = (outs RankedTensorOf<[I64]>:$y);
  let assemblyFormat = "$x attr-dict `:` type($x) `->` type($y)";
}
