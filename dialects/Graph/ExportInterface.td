//===- ExportInterface.td - how ops leave for other systems ---------------===//
//
// Beside GraphInterfaces.td, so that what passes include doesn't depend on it.
//
//===----------------------------------------------------------------------===//
#ifndef GRAPH_EXPORT_INTERFACE_TD
#define GRAPH_EXPORT_INTERFACE_TD

include "mlir/IR/OpBase.td"

def ExportOpInterface : OpInterface<"ExportOpInterface"> {
  let cppNamespace = "::graphopt";
  let description = "How the op is written as foreign operators. Composite ops without a rule for a target are decomposed on the way out.";
  let methods = [
    StaticInterfaceMethod<"Adds the op's export rules.", "void", "registerExportRules", (ins "::graphopt::ExportRules &":$rules)>
  ];
}

#endif // GRAPH_EXPORT_INTERFACE_TD
