//===- Cumulative.td ------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

/// A row: each element combined with all before it along an axis.
class Graph_Cumulative<string mnemonic, TypeConstraint operand, string formula, string note>
    : Graph_TensorOp<mnemonic, [
        DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
        DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>]> {
  let summary = formula # " up to each element";
  let description = "`y[..., i, ...]` is " # formula # [{ of `x[..., j, ...]` for all j up to i along `axis`. Floating-point values accumulate in
    f64 in the reference, in f32 or wider in compiled code. }] # note # [{

    1. (C1) `axis` is in [0, rank).

    Example:
    ```mlir
    %y = graph.}] # mnemonic # [{ %x axis 1 : tensor<4x3xf32>
    ```
  }];
  let arguments = (ins operand:$x, I64Attr:$axis);
  let results = (outs operand:$y);
  let assemblyFormat = "$x `axis` $axis attr-dict `:` type($x)";
}

def Graph_CumulativeSumOp : Graph_Cumulative<"cumulative_sum", Graph_NumberTensor, "the sum", "Integers wrap.">;
def Graph_CumulativeProdOp : Graph_Cumulative<"cumulative_prod", Graph_NumberTensor, "the product",
  "Integers wrap. The gradient takes memory by the square of the size of the axis.">;
def Graph_CumulativeMaxOp : Graph_Cumulative<"cumulative_max", Graph_Tensor, "the greatest",
  "NaN from the first one on. The gradient goes to the last of those that attain it.">;
def Graph_CumulativeMinOp : Graph_Cumulative<"cumulative_min", Graph_Tensor, "the least",
  "NaN from the first one on. The gradient goes to the last of those that attain it.">;
