//===- Embedding.td -------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_EmbeddingOp : Graph_TensorOp<"embedding", [
    DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<DecomposeOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>, DeclareOpInterfaceMethods<IndexingOpInterface>]> {
  let summary = "rows of a table";
  let description = [{
    `y[j..., k] = weight[ids[j...], k]`. A negative id counts from the end; one that is still out of range is moved to the nearest that is
    not. The row `padding_idx`, if given, gets no gradient.

    1. (C1) weight has rank 2.

    Example:
    ```mlir
    %y = graph.embedding %weight, %ids : (tensor<10x4xf32>, tensor<3x2xi64>) -> tensor<3x2x4xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$weight, Graph_IntegerTensor:$ids, OptionalAttr<I64Attr>:$padding_idx);
  let results = (outs Graph_FloatTensor:$y);
  let assemblyFormat = "$weight `,` $ids attr-dict `:` functional-type(operands, results)";
}
