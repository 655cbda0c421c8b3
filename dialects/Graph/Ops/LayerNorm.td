//===- LayerNorm.td -------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_LayerNormOp : Graph_TensorOp<"layer_norm", [
    AttrSizedOperandSegments, DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<DecomposeOpInterface>,
    DeclareOpInterfaceMethods<GradientOpInterface>, DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>,
    DeclareOpInterfaceMethods<FusionOpInterface, ["getFusionKind"]>]> {
  let summary = "layer normalisation";
  let description = [{
    `y = (x - mean) / sqrt(variance + epsilon) * weight + bias`, mean and (biased) variance taken over the `last` axes of x. weight and bias may
    be absent. The variance is the mean of (x - mean)^2; f16 and bf16 compute in f32 throughout.

    1. (C1) All operands have one element type.
    2. (C2) `last` is in [1, rank].
    3. (C3) weight and bias have the last sizes of x, `last` of them.

    Example:
    ```mlir
    %y = graph.layer_norm %x weight %w bias %b last 1 epsilon 1.0e-5 : (tensor<4x3xf32>, tensor<3xf32>, tensor<3xf32>) -> tensor<4x3xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$x, Optional<Graph_FloatTensor>:$weight, Optional<Graph_FloatTensor>:$bias, I64Attr:$last,
                       F64Attr:$epsilon);
  let results = (outs Graph_FloatTensor:$y);
  let assemblyFormat = [{
    $x (`weight` $weight^)? (`bias` $bias^)? `last` $last `epsilon` $epsilon attr-dict `:` functional-type(operands, results)
  }];
}
