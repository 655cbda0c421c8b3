//===- Iota.td ------------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_IotaOp : Graph_TensorOp<"iota", [
    NotDifferentiable, DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<FusionOpInterface, ["getFusionKind"]>]> {
  let summary = "0, 1, 2 ... along an axis";
  let description = [{
    `y[..., i, ...] = i`, where i is the position along `axis`, converted to the element type: integers wrap, floats round. Sizes are numbers
    or values of type index. Not differentiable: it depends on no numbers.

    1. (C1) `axis` is in [0, rank).
    2. (C2) No size is negative.

    Example:
    ```mlir
    %y = graph.iota i64 [2, 4] axis 1 : tensor<2x4xi64>
    ```
  }];
  let arguments = (ins TypeAttr:$element, Variadic<Index>:$sizes, DenseI64ArrayAttr:$static_sizes, I64Attr:$axis);
  let results = (outs Graph_NumberTensor:$y);
  let assemblyFormat = "$element custom<DynamicIndexList>($sizes, $static_sizes) `axis` $axis attr-dict `:` type($y)";
  let builders = [OpBuilder<(ins "::mlir::Type":$element, "::llvm::ArrayRef<::mlir::OpFoldResult>":$sizes, "int64_t":$axis)>];
}
