//===- ExportRules.cpp - the rules by op name -----------------------------===//
#include "graph-opt/Interop/ExportRules.h"
#include "Interop/Aten/Exports/Exports.h"
#include "Interop/Onnx/Exports/Exports.h"
#include "graph-opt/Dialect/Graph/ExportInterface.h"

using namespace mlir;
using namespace graphopt;

void ExportRules::add(ExportTarget target, StringRef opName, Rule rule) { rules[static_cast<unsigned>(target)][opName] = std::move(rule); }

const ExportRules::Rule *ExportRules::find(ExportTarget target, StringRef opName) const {
  const auto &known = rules[static_cast<unsigned>(target)];
  auto it = known.find(opName);
  return it == known.end() ? nullptr : &it->second;
}

std::vector<std::string> ExportRules::names(ExportTarget target) const {
  std::vector<std::string> names;
  for (const auto &rule : rules[static_cast<unsigned>(target)])
    names.push_back(rule.getKey().str());
  llvm::sort(names);
  return names;
}

ExportRules ExportRules::collect(MLIRContext *context) {
  ExportRules rules;
  for (RegisteredOperationName name : context->getRegisteredOperations())
    if (const auto *op = name.getInterface<ExportOpInterface>())
      op->registerExportRules(rules);
  registerAtenExports(rules);
  registerOnnxExports(rules);
  return rules;
}

//===--- Elementwise rows -------------------------------------------------===//

void graphopt::addElementwiseOnnxExport(ExportRules &rules, StringRef opName, ArrayRef<StringRef> onnx) {
  if (onnx.empty())
    return;
  rules.add(ExportTarget::onnx, opName, [name = onnx.front().str()](ExportSite &site) {
    auto &to = static_cast<OnnxExport &>(site);
    std::vector<ForeignValue> operands;
    for (Value operand : to.op->getOperands())
      operands.push_back(to.wide(to[operand]));
    bool isTest = ExportSite::elementOf(to.op->getResult(0).getType()).isInteger(1);
    return to.yield(isTest ? to.test(name, operands) : to(name, operands));
  });
}

void graphopt::addElementwiseAtenExport(ExportRules &rules, StringRef opName, ArrayRef<StringRef> aten) {
  if (aten.empty())
    return;
  rules.add(ExportTarget::aten, opName, [name = aten.front().str()](ExportSite &site) {
    auto &to = static_cast<AtenExport &>(site);
    std::vector<ForeignArg> operands;
    for (Value operand : to.op->getOperands())
      operands.push_back(to[operand]);
    return to.yield(to(name, operands, {}, ExportSite::elementOf(to.op->getResult(0).getType())));
  });
}
