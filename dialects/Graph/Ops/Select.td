//===- Select.td ----------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_SelectOp : Graph_TensorOp<"select", [DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<ScalarBodyOpInterface>,
                                               DeclareOpInterfaceMethods<GradientOpInterface>]> {
  let summary = "elementwise condition ? a : b";
  let description = [{
    `y = condition ? a : b`. Operands broadcast by numpy's rules.

    1. (C1) a and b have one element type.

    Example:
    ```mlir
    %y = graph.select %c, %a, %b : (tensor<4x1xi1>, tensor<4x3xf32>, tensor<f32>) -> tensor<4x3xf32>
    ```
  }];
  let arguments = (ins Graph_BoolTensor:$condition, Graph_Tensor:$a, Graph_Tensor:$b);
  let results = (outs Graph_Tensor:$y);
  let assemblyFormat = "$condition `,` $a `,` $b attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
}
