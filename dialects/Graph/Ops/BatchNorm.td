//===- BatchNorm.td -------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_BatchNormOp : Graph_TensorOp<"batch_norm", [
    AttrSizedOperandSegments, DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<DecomposeOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>]> {
  let summary = "batch normalisation by given statistics";
  let description = [{
    `y[n, c, ...] = (x[n, c, ...] - mean[c]) / sqrt(variance[c] + epsilon) * weight[c] + bias[c]`. weight and bias may be absent. x may be
    f16 or bf16 with vectors of f32; it computes in f32 then, and rounds once.

    1. (C1) x has at least rank 2.
    2. (C2) mean, variance, weight and bias have rank 1 and the size of x's axis 1.

    Canonicalisation folds it into the convolution or dense layer before it, where both know their weights before the model runs.

    Example:
    ```mlir
    %y = graph.batch_norm %x mean %m variance %v weight %w bias %b epsilon 1.0e-5
        : (tensor<4x3x8xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<4x3x8xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$x, Graph_FloatTensor:$mean, Graph_FloatTensor:$variance, Optional<Graph_FloatTensor>:$weight,
                       Optional<Graph_FloatTensor>:$bias, F64Attr:$epsilon);
  let results = (outs Graph_FloatTensor:$y);
  let assemblyFormat = [{
    $x `mean` $mean `variance` $variance (`weight` $weight^)? (`bias` $bias^)? `epsilon` $epsilon attr-dict
    `:` functional-type(operands, results)
  }];
  let hasCanonicalizer = 1;
}
