//===- Lower.cpp - from the source module to the LLVM dialect --------------===//
#include "Execution/Jit/Lower.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Passes/LlvmPipeline.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

namespace graphopt::execution {

namespace {
/// Remembers the first error, and passes every diagnostic on.
class FirstError {
public:
  explicit FirstError(MLIRContext *context)
      : handler(context, [this](Diagnostic &diagnostic) {
          if (diagnostic.getSeverity() == DiagnosticSeverity::Error && text.empty()) {
            llvm::raw_string_ostream stream(text);
            stream << diagnostic.getLocation() << ": " << diagnostic;
          }
          return failure();
        }) {}
  llvm::Error take(const Twine &what) { return llvm::createStringError(text.empty() ? what : what + ": " + text); }

private:
  std::string text;
  ScopedDiagnosticHandler handler;
};
} // namespace

llvm::Expected<std::string> getPipeline(const CompileOptions &options, const Target &target) {
  if (!options.accuracy.empty() && options.accuracy != "strict" && options.accuracy != "fast")
    return llvm::createStringError("expected accuracy strict or fast, got '" + options.accuracy + "'");
  std::string text = options.pipeline;
  if (StringRef inner(text); inner.consume_front("builtin.module(") && inner.consume_back(")"))
    text = inner.str();
  if (!text.empty())
    text += ",";
  if (!options.lowering.empty())
    return text + options.lowering;
  std::string cpu = target.cpu + (target.features.empty() ? "" : "," + target.features);
  return text + "graph-lift-parameters,graph-to-linalg,graph-cpu-pipeline{cpu=\"" + cpu + "\"}";
}

llvm::Expected<Lowered> lower(ModuleOp source, func::FuncOp entry, StringRef name, StringRef pipeline) {
  llvm::Expected<Signature> signature = readSource(entry);
  if (!signature)
    return signature.takeError();
  Lowered lowered{source.clone(), std::move(*signature)};
  MLIRContext *context = source->getContext();
  FirstError first(context);

  // Other functions are there to be called by this one only.
  for (auto function : lowered.module->getOps<func::FuncOp>()) {
    if (function.getName() != entry.getName()) {
      function.setPrivate();
    } else if (name != entry.getName()) {
      if (lowered.module->lookupSymbol(name))
        return llvm::createStringError("expected a name that is free in the module, got '" + name + "'");
      function.setName(name);
    }
  }
  lowered.signature.name = name.str();

  PassManager passes(context, ModuleOp::getOperationName());
  std::string message;
  llvm::raw_string_ostream messageStream(message);
  if (failed(parsePassPipeline(pipeline, passes, messageStream)))
    return llvm::createStringError("expected a pass pipeline on builtin.module, got '" + pipeline + "': " + message);
  if (failed(passes.run(*lowered.module)))
    return first.take("the pipeline failed");
  if (llvm::Error failed = readLowered(lowered.signature, *lowered.module, source))
    return std::move(failed);
  // Their values are in the signature now.
  for (auto parameter : llvm::make_early_inc_range(lowered.module->getOps<ParameterOpInterface>()))
    parameter.erase();

  PassManager toLlvm(context, ModuleOp::getOperationName());
  buildLlvmPipeline(toLlvm);
  if (failed(toLlvm.run(*lowered.module)))
    return first.take("the lowering to LLVM failed");
  return lowered;
}

} // namespace graphopt::execution
