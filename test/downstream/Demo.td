include "mlir/Interfaces/InferTypeOpInterface.td"
include "mlir/Interfaces/SideEffectInterfaces.td"
include "mlir/Pass/PassBase.td"
include "graph-opt/Dialect/Graph/GraphInterfaces.td"

def Demo_Dialect : Dialect {
  let name = "demo";
  let cppNamespace = "::demo";
  let dependentDialects = ["::mlir::arith::ArithDialect"]; // what buildScalar builds
}

def Demo_CubeOp : Op<Demo_Dialect, "cube", [Pure, SameOperandsAndResultType, DeclareOpInterfaceMethods<ScalarBodyOpInterface>]> {
  let arguments = (ins AnyRankedTensor:$x);
  let results = (outs AnyRankedTensor:$y);
  let assemblyFormat = "$x attr-dict `:` type($x)";
}

def EnergyOpInterface : OpInterface<"EnergyOpInterface"> {
  let cppNamespace = "::demo";
  let methods = [InterfaceMethod<"What an element costs, in our unit.", "int64_t", "getEnergy">];
}

def DemoEnergyPass : Pass<"demo-energy"> {
  let summary = "write on each op its energy, and what casts and traits say across the library's boundary";
  let options = [Option<"scale", "scale", "int64_t", "1", "factor on the energy">];
}
