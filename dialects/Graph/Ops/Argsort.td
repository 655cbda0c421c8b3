//===- Argsort.td ---------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_ArgsortOp : Graph_TensorOp<"argsort", [
    NotDifferentiable, DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>]> {
  let summary = "the positions of elements in their order";
  let description = [{
    The positions along `axis` of the elements of x, the least first, or the greatest first with `descending`. Equal elements stay in their
    order; NaN is greater than any number. A gather of x by them sorts it. Not differentiable: the result is positions.

    1. (C1) `axis` is in [0, rank).

    Example:
    ```mlir
    %y = graph.argsort %x axis 1 descending : tensor<4x3xf32> -> tensor<4x3xi64>
    ```
  }];
  let arguments = (ins Graph_Tensor:$x, I64Attr:$axis, UnitAttr:$descending);
  let results = (outs RankedTensorOf<[I64]>:$y);
  let assemblyFormat = "$x `axis` $axis (`descending` $descending^)? attr-dict `:` type($x) `->` type($y)";
}
