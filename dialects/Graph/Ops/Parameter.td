//===- Parameter.td -------------------------------------------------------===//
include "graph-opt/Dialect/Graph/GraphBase.td"
include "mlir/IR/SymbolInterfaces.td"

def Graph_ParameterOp : Graph_Op<"parameter", [
    Symbol, IsolatedFromAbove, DeclareOpInterfaceMethods<ParameterOpInterface>]> {
  let summary = "a named weight of the module";
  let description = [{
    Declares a parameter. Its value is inline (`dense<>`), a blob (`dense_resource<>`), or a range of a file
    (`#graph.external<...>`). `role` tells what it was in the model: "parameter", "buffer" or "constant"; or "state", of training. `mutable` says that running the
    model may change it.

    1. (C1) The type has a static shape.
    2. (C2) The value's type, or its number of bytes, is that of the parameter.
    3. (C3) It has less than 2^47 bytes.

    Example:
    ```mlir
    graph.parameter @fc1.weight {role = "parameter"} : tensor<5x10xf32> = #graph.external<"m.safetensors", 24, 200>
    ```
  }];
  let arguments = (ins SymbolNameAttr:$sym_name, TypeAttrOf<Graph_Tensor>:$type, AnyAttr:$value,
                       DefaultValuedStrAttr<StrAttr, "parameter">:$role, UnitAttr:$mutable_);
  let hasCustomAssemblyFormat = 1;
  let hasVerifier = 1;
}

def Graph_GetOp : Graph_Op<"get", [
    Pure, DeclareOpInterfaceMethods<SymbolUserOpInterface>, DeclareOpInterfaceMethods<EvaluateOpInterface>,
    DeclareOpInterfaceMethods<ParameterReadOpInterface>, CostOpInterface, FusionOpInterface, NotDifferentiable, DeclareOpInterfaceMethods<OpAsmOpInterface, ["getAsmResultNames"]>]> {
  let summary = "the value of a parameter";
  let description = [{
    `y` is the value of the parameter. Reading it has no effect, so equal reads are one. Not differentiable: it has no operands; lift
    parameters to arguments to differentiate by them.

    1. (C1) The symbol names a `graph.parameter` of the result's type.

    Example:
    ```mlir
    graph.parameter @scale : tensor<1xf32> = dense<2.0> : tensor<1xf32>
    func.func @f() -> tensor<1xf32> {
      %y = graph.get @scale : tensor<1xf32>
      return %y : tensor<1xf32>
    }
    ```
  }];
  let arguments = (ins FlatSymbolRefAttr:$parameter);
  let results = (outs Graph_Tensor:$y);
  let assemblyFormat = "$parameter attr-dict `:` type($y)";
}
