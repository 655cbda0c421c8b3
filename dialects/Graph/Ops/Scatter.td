//===- Scatter.td ---------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_ScatterOp : Graph_TensorOp<"scatter", [
    DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>, DeclareOpInterfaceMethods<IndexingOpInterface>]> {
  let summary = "slices put into a tensor, by number";
  let description = [{
    y is x, and then, for each `j...` in row-major order, `y[i..., indices[j...], k...] = updates[i..., j..., k...]`: of several updates of one
    element the last one stays. Indices are read as `graph.gather` does; where x has no elements along the axis nothing is put. The gradient
    is that of indices which differ.

    1. (C1) `axis` is in [0, rank of x).
    2. (C2) x and updates have one element type.
    3. (C3) updates have the shape that `graph.gather` of x has.

    Example:
    ```mlir
    %y = graph.scatter %x, %i, %u axis 0 : (tensor<10x4xf32>, tensor<3x2xi64>, tensor<3x2x4xf32>) -> tensor<10x4xf32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$x, Graph_IntegerTensor:$indices, Graph_Tensor:$updates, I64Attr:$axis);
  let results = (outs Graph_Tensor:$y);
  let assemblyFormat = "$x `,` $indices `,` $updates `axis` $axis attr-dict `:` functional-type(operands, results)";
}
