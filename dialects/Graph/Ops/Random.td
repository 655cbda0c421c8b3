//===- Random.td ----------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_RandomOp : Graph_TensorOp<"random", [
    NotDifferentiable, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<EvaluateOpInterface, ["isFoldable"]>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>, DeclareOpInterfaceMethods<FusionOpInterface, ["getFusionKind"]>]> {
  let summary = "random numbers, as a pure function of a key";
  let description = [{
    Element i (in row-major order) comes of Philox4x32-10 with the 64-bit key `key` and the counter (i, `stream`), so that no number depends on
    the order in which they are drawn: the same key and stream give the same numbers on every machine, and different streams are independent.
    `uniform` is in [0, 1), with all the digits that the element type has; `normal` has mean 0 and deviation 1 (Box and Muller's formula).
    Sizes are numbers or values of type index. Not differentiable: it depends on no numbers but the key.

    1. (C1) `distribution` is "uniform" or "normal".
    2. (C2) key is a tensor<i64>, and the element type is a floating-point one.
    3. (C3) No size is negative.

    Example:
    ```mlir
    %y = graph.random %key f32 [2, 4] {distribution = "normal", stream = 7 : i64} : tensor<i64> -> tensor<2x4xf32>
    ```
  }];
  let arguments = (ins RankedTensorOf<[I64]>:$key, TypeAttr:$element, Variadic<Index>:$sizes, DenseI64ArrayAttr:$static_sizes,
                       DefaultValuedStrAttr<StrAttr, "uniform">:$distribution, DefaultValuedAttr<I64Attr, "0">:$stream);
  let results = (outs Graph_FloatTensor:$y);
  let assemblyFormat = "$key $element custom<DynamicIndexList>($sizes, $static_sizes) attr-dict `:` type($key) `->` type($y)";
  let builders = [OpBuilder<(ins "::mlir::Value":$key, "::mlir::Type":$element, "::llvm::ArrayRef<::mlir::OpFoldResult>":$sizes,
                                 "::llvm::StringRef":$distribution, "int64_t":$stream)>];
}
