//===- Bitcast.td ---------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_BitcastOp : Graph_TensorOp<"bitcast", [NotDifferentiable, DeclareOpInterfaceMethods<LowerOpInterface>]> {
  let summary = "the same bits as another element type";
  let description = [{
    y has the bits of x, read as elements of the type `to`. Not differentiable: bits are not numbers.

    1. (C1) The elements of x and `to` have one width.

    Example:
    ```mlir
    %y = graph.bitcast %x to i32 : (tensor<4xf32>) -> tensor<4xi32>
    ```
  }];
  let arguments = (ins Graph_Tensor:$x, TypeAttr:$to);
  let results = (outs Graph_Tensor:$y);
  let assemblyFormat = "$x `to` $to attr-dict `:` functional-type(operands, results)";
  let hasFolder = 1;
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::mlir::Type":$elementType), [{
    build($_builder, $_state, x, ::mlir::TypeAttr::get(elementType));
  }]>];
}
