//===- Linear.td ----------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_LinearOp : Graph_TensorOp<"linear", [
    DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<DecomposeOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>, DeclareOpInterfaceMethods<FusionOpInterface, ["getFusionKind"]>]> {
  let summary = "a dense layer";
  let description = [{
    `y[..., o] = sum over i of x[..., i] * weight[o, i], + bias[o]`. The bias may be absent. Floating-point values are summed up in f64 by the
    reference, in f32 or wider by compiled code.

    1. (C1) All operands have one element type.
    2. (C2) x has at least rank 1, weight rank 2, and bias rank 1.
    3. (C3) The size of x's last axis is that of weight's last, and bias has the size of weight's first.

    Canonicalisation recognises it in a product with weights, an addition and reshapes around them.

    Example:
    ```mlir
    %y = graph.linear %x, %weight, %bias : (tensor<4x3xf32>, tensor<5x3xf32>, tensor<5xf32>) -> tensor<4x5xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$x, Graph_NumberTensor:$weight, Optional<Graph_NumberTensor>:$bias);
  let results = (outs Graph_NumberTensor:$y);
  let hasCanonicalizer = 1;
  let assemblyFormat = "$x `,` $weight (`,` $bias^)? attr-dict `:` functional-type(operands, results)";
}
