//===- Gelu.td ------------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_GeluOp : Graph_TensorOp<"gelu", [
    DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<ScalarBodyOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>]> {
  let summary = "the Gaussian error linear unit";
  let description = [{
    `y = x / 2 * (1 + erf(x / sqrt(2)))`, or with `approximate = "tanh"`
    `y = x / 2 * (1 + tanh(sqrt(2 / pi) * (x + 0.044715 * x^3)))`.

    1. (C1) `approximate` is "none" or "tanh".

    Example:
    ```mlir
    %y = graph.gelu %x : tensor<4xf32>
    %z = graph.gelu %x {approximate = "tanh"} : tensor<4xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$x, DefaultValuedStrAttr<StrAttr, "none">:$approximate);
  let results = (outs Graph_FloatTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}
