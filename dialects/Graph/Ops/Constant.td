//===- Constant.td --------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"
include "mlir/IR/BuiltinAttributeInterfaces.td"

def Graph_ConstantOp : Graph_Op<"constant", [
    ConstantLike, Pure, AllTypesMatch<["value", "y"]>, DeclareOpInterfaceMethods<EvaluateOpInterface>,
    DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<InteropOpInterface>, CostOpInterface, FusionOpInterface,
    NotDifferentiable, DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "a tensor of known numbers";
  let description = [{
    `y = value`. Up to 1 KiB the value is inline, `dense<>`; larger ones are blobs of the module, `dense_resource<>`. Not differentiable:
    it has no operands.

    1. (C1) The result has less than 2^47 bytes.
    2. (C2) A blob that is at hand has the bytes of the type.

    Example:
    ```mlir
    %y = graph.constant dense<[1.0, 2.0]> : tensor<2xf32>
    ```
  }];
  let arguments = (ins ElementsAttr:$value);
  let results = (outs Graph_Tensor:$y);
  let assemblyFormat = "attr-dict $value";
  let hasFolder = 1;
  let hasVerifier = 1;
}
