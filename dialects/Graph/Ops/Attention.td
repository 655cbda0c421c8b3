//===- Attention.td -------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_AttentionOp : Graph_TensorOp<"attention", [
    DeclareOpInterfaceMethods<DecomposeOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>]> {
  let summary = "scaled dot-product attention";
  let description = [{
    `y = softmax(query key^T * scale + mask) value` over the last two axes: query `[..., n, d]`, key `[..., s, d]`, value `[..., s, e]`, y
    `[..., n, e]`. The axes before broadcast by numpy's rules. softmax runs along s; f16 and bf16 compute in f32 throughout.

    A mask of numbers is added to the scores; where one of i1 is false, the score is -infinity. It broadcasts to `[..., n, s]`. With `causal`
    row i sees the keys 0 to i. The weights of a row whose scores are all -infinity are NaN, as softmax has them, and zeros with `safe`.
    Each head of key and value (the axis before the last two) serves `group` neighbouring heads of query.

    1. (C1) query, key and value have one element type and one rank, at least 2, and at least 3 where `group` is not 1.
    2. (C2) The sizes d, s and those of the axes before agree; query has `group` times the heads of key, and `group` is at least 1.
    3. (C3) mask is of i1 or of the element type, and stretches nothing but itself.

    Canonicalisation recognises it in products around a softmax.

    Example:
    ```mlir
    %y = graph.attention %q, %k, %v mask %m scale 0.5 group 1 causal
        : (tensor<2x4x6x8xf32>, tensor<2x4x5x8xf32>, tensor<2x4x5x3xf32>, tensor<6x5xf32>) -> tensor<2x4x6x3xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$query, Graph_FloatTensor:$key, Graph_FloatTensor:$value, Optional<Graph_Tensor>:$mask,
                       F64Attr:$scale, I64Attr:$group, UnitAttr:$causal, UnitAttr:$safe);
  let results = (outs Graph_FloatTensor:$y);
  let assemblyFormat = [{
    $query `,` $key `,` $value (`mask` $mask^)? `scale` $scale `group` $group (`causal` $causal^)? (`safe` $safe^)? attr-dict
    `:` functional-type(operands, results)
  }];
  let hasCanonicalizer = 1;
}
