//===- op-table.cpp - what registered ops say of themselves, as JSON ------===//
//
// For tools/dev/gen-docs.py: import rules are code, so no .td file knows them.
//
//===----------------------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Interop/ExportRules.h"
#include "graph-opt/Interop/ImportRules.h"
#include "graph-opt/Passes/Pipelines.h"
#include "graph-opt/Registration.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/JSON.h"
#include "llvm/Support/raw_ostream.h"
#include <set>

static void writeRules(llvm::json::OStream &json, llvm::StringRef key, const std::vector<std::string> &names) {
  json.attributeArray(key, [&] {
    for (const std::string &name : names)
      json.value(name);
  });
}

int main() {
  mlir::DialectRegistry registry;
  graphopt::registerAllDialects(registry);
  mlir::MLIRContext context(registry);
  context.getOrLoadDialect<graphopt::graph::GraphDialect>();

  llvm::json::OStream json(llvm::outs(), 1);
  std::set<std::string> foreign;
  graphopt::ImportRules all = graphopt::ImportRules::collect(&context);
  for (const std::string &name : all.names())
    foreign.insert(name);
  json.objectBegin();
  json.attributeObject("ops", [&] {
    for (mlir::RegisteredOperationName op : context.getRegisteredOperations()) {
      const auto *interop = op.getInterface<graphopt::InteropOpInterface>();
      if (!interop)
        continue;
      graphopt::ImportRules rules;
      interop->registerImportRules(rules);
      writeRules(json, op.getStringRef(), rules.names());
      for (const std::string &name : rules.names())
        foreign.erase(name);
    }
  });
  // Operators that expand to several ops.
  writeRules(json, "expanded", {foreign.begin(), foreign.end()});
  json.attributeObject("refused", [&] {
    for (const auto &[name, reason] : all.refusals())
      json.attribute(name, reason);
  });
  graphopt::ExportRules exports = graphopt::ExportRules::collect(&context);
  json.attributeObject("exported", [&] {
    writeRules(json, "aten", exports.names(graphopt::ExportTarget::aten));
    writeRules(json, "onnx", exports.names(graphopt::ExportTarget::onnx));
  });
  std::string pipelines;
  llvm::raw_string_ostream stream(pipelines);
  graphopt::printPipelineTable(stream);
  json.attribute("pipelines", pipelines);
  json.objectEnd();
  llvm::outs() << "\n";
  return 0;
}
