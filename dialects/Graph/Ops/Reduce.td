//===- Reduce.td ----------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

/// A row: reduces along axes. `initial` and `combine` are C++ expressions for evaluation and lowering.
class Graph_Reduce<string mnemonic, TypeConstraint operand, string formula, string empty, list<Trait> traits = []>
    : Graph_TensorOp<mnemonic, traits # [DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>,
                                         DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>,
                                         DeclareOpInterfaceMethods<FusionOpInterface, ["getFusionKind"]>,
                                         DeclareOpInterfaceMethods<GradientOpInterface>]> {
  let summary = formula # " along axes";
  let description = "`y = " # formula # "` of the elements of x along `axes`; over no elements " # empty # [{.
    The axes disappear from the shape, or stay with size 1 by `keep_dims`. Floating-point values are summed up in f64 by the reference, in
    f32 or wider by compiled code.

    1. (C1) Each axis is in [0, rank), and the axes grow.

    Example:
    ```mlir
    %y = graph.}] # mnemonic # [{ %x axes [1] : tensor<4x3xf32> -> tensor<4xf32>
    ```
  }];
  let arguments = (ins operand:$x, DenseI64ArrayAttr:$axes, UnitAttr:$keep_dims);
  let results = (outs operand:$y);
  let assemblyFormat = "$x `axes` $axes (`keep_dims` $keep_dims^)? attr-dict `:` type($x) `->` type($y)";
  let builders = [OpBuilder<(ins "::mlir::Value":$x, "::llvm::ArrayRef<int64_t>":$axes, CArg<"bool", "false">:$keepDims), [{
    build($_builder, $_state, x, $_builder.getDenseI64ArrayAttr(axes), keepDims ? $_builder.getUnitAttr() : ::mlir::UnitAttr());
  }]>];
}

def Graph_ReduceSumOp : Graph_Reduce<"reduce_sum", Graph_NumberTensor, "the sum", "0">;
def Graph_ReduceProdOp : Graph_Reduce<"reduce_prod", Graph_NumberTensor, "the product", "1">;
def Graph_ReduceMaxOp : Graph_Reduce<"reduce_max", Graph_Tensor, "the greatest", "the least value of the type (-inf, false)">;
def Graph_ReduceMinOp : Graph_Reduce<"reduce_min", Graph_Tensor, "the least", "the greatest value of the type (inf, true)">;
