//===- Pool.td ------------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

/// A row: something of the elements in windows over the last axes.
class Graph_Pool<string mnemonic, string formula, string outside, TypeConstraint result, list<Trait> traits>
    : Graph_TensorOp<mnemonic, traits # [DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>,
                                         DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>]> {
  let summary = formula # " in windows";
  let description = "`y[i..., o...] = " # formula # [{ over k... of x'[i..., o * strides + k * dilations]`, k below `window`: there are as many
    axes of space, the last ones, as the lists have numbers. x' is x with `low` elements before and `high` after it along each of them, all
    of them }] # outside # [{.

    1. (C1) Each list has a number for each axis of space, 1 to the rank of x; windows, strides and dilations are at least 1, low and high at
       least 0.
    2. (C2) No window reaches over the end of x'.

    Example:
    ```mlir
    %y = graph.}] # mnemonic # [{ %x window [2] strides [2] low [0] high [0] dilations [1] : tensor<4x8xf32> -> tensor<4x4x}] #
    !if(!eq(mnemonic, "argmax_pool"), "i64", "f32") # [{>
    ```
  }];
  let arguments = (ins Graph_NumberTensor:$x, DenseI64ArrayAttr:$window, DenseI64ArrayAttr:$strides, DenseI64ArrayAttr:$low,
                       DenseI64ArrayAttr:$high, DenseI64ArrayAttr:$dilations);
  let results = (outs result:$y);
  let assemblyFormat = [{
    $x `window` $window `strides` $strides `low` $low `high` $high `dilations` $dilations attr-dict `:` type($x) `->` type($y)
  }];
}

def Graph_MaxPoolOp : Graph_Pool<"max_pool", "the greatest", "less than any number", Graph_NumberTensor,
                                 [DeclareOpInterfaceMethods<GradientOpInterface>]>;
def Graph_SumPoolOp : Graph_Pool<"sum_pool", "the sum", "0", Graph_NumberTensor, [DeclareOpInterfaceMethods<GradientOpInterface>]>;
def Graph_ArgmaxPoolOp : Graph_Pool<"argmax_pool", "the position of the greatest",
  [{less than any number and never chosen. A position counts the elements of x's space in row-major order; the first of several that are
    equally great wins, the last NaN over all, and 0 is the position in a window that meets no element of x. Not differentiable: the result
    is a position}], RankedTensorOf<[I64]>, [NotDifferentiable]>;
