//===- Fusion.td ----------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"
include "mlir/Interfaces/ControlFlowInterfaces.td"

def Graph_FusionOp : Graph_Op<"fusion", [
    Pure, IsolatedFromAbove, SingleBlock, DeclareOpInterfaceMethods<ShapeOpInterface>,
    DeclareOpInterfaceMethods<ReifyRankedShapedTypeOpInterface, ["reifyResultShapes"]>, DeclareOpInterfaceMethods<EvaluateOpInterface>,
    DeclareOpInterfaceMethods<DecomposeOpInterface>, DeclareOpInterfaceMethods<CostOpInterface, ["getCost"]>, FusionOpInterface,
    DeclareOpInterfaceMethods<InteropOpInterface>, DeclareOpInterfaceMethods<GradientOpInterface>,
    DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmBlockArgumentNames"]>]> {
  let summary = "ops that become one kernel";
  let description = [{
    The results are those of the body, whose arguments stand for the operands. The body sees nothing else, holds ordinary ops, and is compiled
    as one: values inside of it need no memory of their own. What is known of the body (shapes, values, cost) is known of the op. Its
    gradient is that of the body.

    1. (C1) The arguments of the body have the operands' types.
    2. (C2) The body ends with a `graph.yield` of the results' types.
    3. (C3) The ops of the body have no effects, and are no fusions.

    Example:
    ```mlir
    %y = graph.fusion (%a = %x : tensor<4xf32>) {
      %e = graph.exp %a : tensor<4xf32>
      %n = graph.neg %e : tensor<4xf32>
      graph.yield %n : tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<AnyTypeOf<[Graph_Tensor, Index]>>:$inputs);
  let results = (outs Variadic<Graph_Tensor>:$results);
  let regions = (region SizedRegion<1>:$body);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
  let skipDefaultBuilders = 1;
  let builders = [
    // With an empty body: the caller fills it, and ends it with a graph.yield.
    OpBuilder<(ins "::mlir::TypeRange":$results, "::mlir::ValueRange":$inputs)>,
    OpBuilder<(ins "::mlir::TypeRange":$results, "::mlir::ValueRange":$inputs, "::llvm::ArrayRef<::mlir::NamedAttribute>":$attributes)>
  ];
}

def Graph_YieldOp : Graph_Op<"yield", [Pure, Terminator, ReturnLike, ParentOneOf<["FusionOp"]>]> {
  let summary = "the results of a fusion's body";
  let description = [{
    Ends the body of a `graph.fusion`.

    Example:
    ```mlir
    %y = graph.fusion (%a = %x : tensor<4xf32>) {
      graph.yield %a : tensor<4xf32>
    }
    ```
  }];
  let arguments = (ins Variadic<Graph_Tensor>:$values);
  let assemblyFormat = "($values^ `:` type($values))? attr-dict";
}
