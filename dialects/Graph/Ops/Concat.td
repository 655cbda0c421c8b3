//===- Concat.td ----------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_ConcatOp : Graph_TensorOp<"concat", [
    MovesElements, DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>]> {
  let summary = "tensors one after the other";
  let description = [{
    y is made of the operands, one after the other along `axis`.

    1. (C1) There is at least one operand.
    2. (C2) `axis` is in [0, rank).
    3. (C3) The operands have one element type, one rank, and one size along every other axis.

    Example:
    ```mlir
    %y = graph.concat %a, %b axis 1 : (tensor<4x3xf32>, tensor<4x2xf32>) -> tensor<4x5xf32>
    ```
  }];
  let arguments = (ins Variadic<Graph_Tensor>:$xs, I64Attr:$axis);
  let results = (outs Graph_Tensor:$y);
  let assemblyFormat = "$xs `axis` $axis attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}
