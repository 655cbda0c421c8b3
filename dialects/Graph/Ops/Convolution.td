//===- Convolution.td -----------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

def Graph_ConvolutionOp : Graph_TensorOp<"convolution", [
    DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>, DeclareOpInterfaceMethods<FusionOpInterface, ["getFusionKind"]>]> {
  let summary = "sums of products over windows";
  let description = [{
    x has the axes `[batch, channels, space...]`, w `[filters, channels / groups, window...]`, y `[batch, filters, space...]`:
    `y[n, f, o...] = sum over c, k... of x'[n, c, o * strides + k * dilations] * w[f, c, k...]`, where c walks the channels of the group of f.
    x' is x with `spread - 1` zeros between neighbours along each axis of space, and then `low` zeros before and `high` after. Integers wrap;
    floating-point values are summed up in f64 by the reference, in f32 or wider by compiled code.

    1. (C1) x and w have one element type and one rank, at least 3.
    2. (C2) Each list has a number for each axis of space; strides, dilations and spread are at least 1, low and high at least 0.
    3. (C3) `groups` is at least 1 and divides the filters, and x has `groups` times the channels of w.
    4. (C4) No axis of the window is empty, and none reaches over the end of x'.

    Example:
    ```mlir
    %y = graph.convolution %x, %w strides [2] low [1] high [1] dilations [1] spread [1] groups 1
        : (tensor<2x3x8xf32>, tensor<4x3x3xf32>) -> tensor<2x4x4xf32>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$x, Graph_NumberTensor:$w, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$low,
                       DenseI64ArrayAttr:$high, DenseI64ArrayAttr:$dilations, DenseI64ArrayAttr:$spread, I64Attr:$groups);
  let results = (outs Graph_NumberTensor:$y);
  let assemblyFormat = [{
    $x `,` $w `strides` $strides `low` $low `high` $high `dilations` $dilations `spread` $spread `groups` $groups attr-dict
    `:` functional-type(operands, results)
  }];
}
