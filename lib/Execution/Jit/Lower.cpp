//===- Lower.cpp - from the source module to the LLVM dialect --------------===//
#include "Execution/Jit/Lower.h"
#include "Driver/Diagnostics.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Passes/LlvmPipeline.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassRegistry.h"

using namespace mlir;

namespace graphopt::execution {

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

  auto run = [&](StringRef what, llvm::function_ref<void(PassManager &)> build) {
    PassManager passes(context, ModuleOp::getOperationName());
    build(passes);
    return captureDiagnostics(context, name, what, nullptr, [&] { return passes.run(*lowered.module); });
  };
  OpPassManager parsed(ModuleOp::getOperationName());
  std::string message;
  llvm::raw_string_ostream messageStream(message);
  if (failed(parsePassPipeline(pipeline, parsed, messageStream)))
    return makeError(Failure::usage, "expected a pass pipeline on builtin.module, got '" + pipeline + "': " + message);
  if (llvm::Error failed = run("the pipeline", [&](PassManager &passes) { static_cast<OpPassManager &>(passes) = std::move(parsed); }))
    return std::move(failed);
  if (llvm::Error failed = readLowered(lowered.signature, *lowered.module, source))
    return std::move(failed);
  // Their values are in the signature now.
  for (auto parameter : llvm::make_early_inc_range(lowered.module->getOps<ParameterOpInterface>()))
    parameter.erase();

  if (llvm::Error failed = run("the lowering to LLVM", [](PassManager &passes) { buildLlvmPipeline(passes); }))
    return std::move(failed);
  return lowered;
}

} // namespace graphopt::execution
