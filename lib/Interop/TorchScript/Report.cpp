//===- Report.cpp - the operators that a TorchScript archive calls --------===//
#include "Interop/ImportSupport.h"
#include "Interop/TorchScript/Evaluator.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Interop/TorchScript.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;

FailureOr<ImportReport> graphopt::script::reportOperators(ScriptArchive &archive, const ImportRules &rules, MLIRContext *context) {
  std::map<std::string, ImportReport::Operator> operators;
  llvm::Error error = archive.visitUnits([&](const Unit &unit) {
    for (const Expr &expr : unit.exprs) {
      std::string called = expr.kind == Expr::Kind::call ? expr.operands[0]->path() : "";
      StringRef name = called;
      bool isForeign = name.consume_front("ops.") && !name.starts_with("prim.");
      bool isAten = !isForeign && StringRef(called).starts_with("torch.");
      name.consume_front("torch.");
      SmallVector<AtenSchema> overloads;
      if (isAten) {
        overloads = atenOverloads(name);
        overloads = overloads.empty() && name.ends_with("_") ? atenOverloads(name.drop_back()) : overloads;
      }
      if (!isForeign && overloads.empty())
        continue; // of the language: numbers, lists and strings
      auto &op = operators[(isAten ? "aten." : "") + name.str()];
      op.isSupported = llvm::any_of(overloads, [&](const AtenSchema &schema) { return rules.findAten(schema.name()) != nullptr; });
      if (op.count++ != 0)
        continue;
      op.name = (isAten ? "aten." : "") + name.str();
      op.firstNode = name.str();
      op.firstPlace = unit.file + ":" + std::to_string(expr.line);
    }
  });
  if (error) {
    emitFileError(context, archive.getLabel(), std::move(error));
    return failure();
  }
  ImportReport report;
  for (auto &[name, op] : operators)
    report.operators.push_back(std::move(op));
  return report;
}

FailureOr<ImportReport> graphopt::reportTorchScript(StringRef path, MLIRContext *context, const Limits &limits) {
  context->loadDialect<graph::GraphDialect>();
  std::optional<ScriptArchive> archive = ScriptArchive::open(path, context, limits);
  std::optional<ImportRules> rules = archive ? collectRules(context) : std::nullopt;
  return rules ? reportOperators(*archive, *rules, context) : FailureOr<ImportReport>(failure());
}
