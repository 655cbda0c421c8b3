//===- Cast.td ------------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_CastOp : Graph_TensorOp<"cast", [DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<ScalarBodyOpInterface>,
                                           DeclareOpInterfaceMethods<GradientOpInterface>]> {
  let summary = "conversion to another element type";
  let description = [{
    `y = x`, converted to the element type `to`. Floats round to the nearest, ties to even. A float becomes an integer by rounding toward
    zero; out of range it becomes the nearest bound, and NaN 0. Integers wrap. Anything becomes i1 by `x != 0`, and i1 a 0 or 1. The
    cotangent of a floating-point operand is cast back.

    Example:
    ```mlir
    %y = graph.cast %x to f16 : (tensor<4xf32>) -> tensor<4xf16>
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
