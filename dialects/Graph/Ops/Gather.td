//===- Gather.td ----------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_GatherOp : Graph_TensorOp<"gather", [
    MovesElements, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
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

def Graph_ScatterAddOp : Graph_TensorOp<"scatter_add", [
    DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>, DeclareOpInterfaceMethods<IndexingOpInterface>]> {
  let summary = "slices added to a tensor, by number";
  let description = [{
    y is x, and then, for each `j...` in row-major order, `y[i..., indices[j...], k...] += updates[i..., j..., k...]`. Indices are read as
    `graph.gather` does; where x has no elements along the axis nothing is added. Integers wrap; f16 and bf16 add up in f32.

    1. (C1) `axis` is in [0, rank of x).
    2. (C2) x and updates have one element type.
    3. (C3) updates have the shape that `graph.gather` of x has.

    Example:
    ```mlir
    %y = graph.scatter_add %x, %i, %u axis 0 : (tensor<10x4xf32>, tensor<3x2xi64>, tensor<3x2x4xf32>) -> tensor<10x4xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$x, Graph_IntegerTensor:$indices, Graph_NumberTensor:$updates, I64Attr:$axis);
  let results = (outs Graph_NumberTensor:$y);
  let assemblyFormat = "$x `,` $indices `,` $updates `axis` $axis attr-dict `:` functional-type(operands, results)";
}
