//===- Clamp.td -----------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_ClampOp : Graph_TensorOp<"clamp", [
    AttrSizedOperandSegments, DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<ScalarBodyOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>]> {
  let summary = "elementwise bounds";
  let description = [{
    `y = min(max(x, lower), upper)`; either bound may be absent. Operands broadcast by numpy's rules. NaN where an operand is; upper wins over
    lower. The gradient goes to the operand that y is taken from. Where x equals a bound they share it by halves;
    of bounds that are constants x gets nothing there.

    1. (C1) All operands have one element type.
    2. (C2) At least one bound is given.

    Example:
    ```mlir
    %y = graph.clamp %x lower %l upper %u : (tensor<4xf32>, tensor<f32>, tensor<f32>) -> tensor<4xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$x, Optional<Graph_NumberTensor>:$lower, Optional<Graph_NumberTensor>:$upper);
  let results = (outs Graph_NumberTensor:$y);
  let assemblyFormat = "$x (`lower` $lower^)? (`upper` $upper^)? attr-dict `:` functional-type(operands, results)";
}
