//===- Gather.td ----------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_GatherOp : Graph_TensorOp<"gather", [
    MovesElements, DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>, DeclareOpInterfaceMethods<IndexingOpInterface>]> {
  let summary = "slices of a tensor, by number";
  let description = [{
    `y[i..., j..., k...] = x[i..., indices[j...], k...]`, where `i...` are the axes of x before `axis`: numpy's take. A negative index counts from
    the end; one that is still out of range is moved to the nearest that is not. Where x has no elements along the axis, y is 0.

    1. (C1) `axis` is in [0, rank of x).

    Example:
    ```mlir
    %y = graph.gather %x, %i axis 0 : (tensor<10x4xf32>, tensor<3x2xi64>) -> tensor<3x2x4xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$x, Graph_IntegerTensor:$indices, I64Attr:$axis);
  let results = (outs Graph_Tensor:$y);
  let assemblyFormat = "$x `,` $indices `axis` $axis attr-dict `:` functional-type(operands, results)";
}
