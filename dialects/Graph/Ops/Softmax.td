//===- Softmax.td ---------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"

class Graph_Softmax<string mnemonic, string formula, string what>
    : Graph_TensorOp<mnemonic, [
        DeclareOpInterfaceMethods<ExportOpInterface>, DeclareOpInterfaceMethods<LowerOpInterface>, DeclareOpInterfaceMethods<DecomposeOpInterface>,
        DeclareOpInterfaceMethods<GradientOpInterface>, DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>,
        DeclareOpInterfaceMethods<FusionOpInterface, ["getFusionKind"]>]> {
  let summary = what # " along an axis";
  let description = "`y = " # formula # [{`, max and sum taken along `axis`. A slice that holds NaN or infinity, or is all -infinity, gives
    NaN as the formula does. f16 and bf16 compute in f32 throughout.

    1. (C1) `axis` is in [0, rank).

    Example:
    ```mlir
    %y = graph.}] # mnemonic # [{ %x axis 1 : tensor<4x3xf32>
    ```
  }];
  let arguments = (ins Graph_FloatTensor:$x, I64Attr:$axis);
  let results = (outs Graph_FloatTensor:$y);
  let assemblyFormat = "$x `axis` $axis attr-dict `:` type($x)";
}

def Graph_SoftmaxOp : Graph_Softmax<"softmax", "exp(x - max(x)) / sum(exp(x - max(x)))", "softmax"> {
  let hasCanonicalizer = 1;
}
def Graph_LogSoftmaxOp : Graph_Softmax<"log_softmax", "x - max(x) - log(sum(exp(x - max(x))))", "the logarithm of softmax">;
