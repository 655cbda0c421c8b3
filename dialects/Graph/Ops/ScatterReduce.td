//===- ScatterReduce.td ---------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

/// A row: elements of a tensor combined with updates, by number.
class Graph_ScatterReduce<string mnemonic, string effect, string formula, string note>
    : Graph_TensorOp<mnemonic, [
        DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
        DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>, DeclareOpInterfaceMethods<IndexingOpInterface>]> {
  let summary = effect # ", by number";
  let description = "y is x, and then, for each `j...` in row-major order, `e = " # formula # [{` of the element
    `e = y[i..., indices[j...], k...]` and of `u = updates[i..., j..., k...]`. Indices are read as `graph.gather` does; where x has no elements
    along the axis nothing changes. f16 and bf16 are combined in f32. }] # note # [{

    1. (C1) `axis` is in [0, rank of x).
    2. (C2) x and updates have one element type.
    3. (C3) updates have the shape that `graph.gather` of x has.

    Example:
    ```mlir
    %y = graph.}] # mnemonic # [{ %x, %i, %u axis 0 : (tensor<10x4xf32>, tensor<3x2xi64>, tensor<3x2x4xf32>) -> tensor<10x4xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$x, Graph_IntegerTensor:$indices, Graph_NumberTensor:$updates, I64Attr:$axis);
  let results = (outs Graph_NumberTensor:$y);
  let assemblyFormat = "$x `,` $indices `,` $updates `axis` $axis attr-dict `:` functional-type(operands, results)";
}

def Graph_ScatterAddOp : Graph_ScatterReduce<"scatter_add", "slices added to a tensor", "e + u", "Integers wrap.">;
def Graph_ScatterProdOp : Graph_ScatterReduce<"scatter_prod", "slices multiplied into a tensor", "e * u", "Integers wrap.">;
def Graph_ScatterMaxOp : Graph_ScatterReduce<"scatter_max", "a tensor's elements or greater ones of slices", "max(e, u)",
  "NaN where either is. All that attain the greatest share the gradient in equal parts.">;
def Graph_ScatterMinOp : Graph_ScatterReduce<"scatter_min", "a tensor's elements or lesser ones of slices", "min(e, u)",
  "NaN where either is. All that attain the least share the gradient in equal parts.">;
