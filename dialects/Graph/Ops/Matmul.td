//===- Matmul.td ----------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_MatmulOp : Graph_TensorOp<"matmul", [
    DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>, DeclareOpInterfaceMethods<FusionOpInterface, ["getFusionKind"]>]> {
  let summary = "the matrix product";
  let description = [{
    `y[..., i, j] = sum over k of a[..., i, k] * b[..., k, j]`, by numpy's rules: the axes before the last two broadcast; an operand of rank 1
    is a row (a) or a column (b), and that axis is absent from the result. Over no elements the sum is 0. Integers wrap; floating-point
    values are summed up in f64 by the reference, in f32 or wider by compiled code.

    1. (C1) a and b have one element type.
    2. (C2) a and b have at least rank 1.
    3. (C3) The size of a's last axis is that of b's last but one (b's only one).
    4. (C4) The sizes before the last two broadcast.

    Example:
    ```mlir
    %y = graph.matmul %a, %b : (tensor<8x4x3xf32>, tensor<3x5xf32>) -> tensor<8x4x5xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$a, Graph_NumberTensor:$b);
  let results = (outs Graph_NumberTensor:$y);
  let assemblyFormat = "$a `,` $b attr-dict `:` functional-type(operands, results)";
  let hasCanonicalizer = 1;
}
