//===- Contract.td --------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_ContractOp : Graph_TensorOp<"contract", [
    DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>, DeclareOpInterfaceMethods<FusionOpInterface, ["getFusionKind"]>]> {
  let summary = "the sum of products along pairs of axes";
  let description = [{
    `y[batch..., i..., j...] = sum over k... of a[batch, i, k] * b[batch, j, k]`, wherever those axes lie: `batch` pairs axes of a and b that
    run together and stay, `sum` pairs those that are summed over. The result has the batch axes in their order, then the other axes of a,
    then those of b. Over no elements the sum is 0. Integers wrap; floating-point values are summed up in f64 by the reference, in f32 or
    wider by compiled code.

    1. (C1) a and b have one element type.
    2. (C2) As many batch axes of a as of b are given, and as many summed ones.
    3. (C3) Each axis is in [0, rank), and is given once.
    4. (C4) The two axes of a pair have one size.

    Example:
    ```mlir
    %y = graph.contract %a, %b batch [0] x [0] sum [2] x [1] : (tensor<8x4x3xf32>, tensor<8x3x5xf32>) -> tensor<8x4x5xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$a, Graph_NumberTensor:$b, DenseI64ArrayAttr:$a_batch, DenseI64ArrayAttr:$b_batch,
                       DenseI64ArrayAttr:$a_axes, DenseI64ArrayAttr:$b_axes);
  let results = (outs Graph_NumberTensor:$y);
  let assemblyFormat = [{
    $a `,` $b `batch` $a_batch `x` $b_batch `sum` $a_axes `x` $b_axes attr-dict `:` functional-type(operands, results)
  }];
  let hasCanonicalizer = 1;
}
