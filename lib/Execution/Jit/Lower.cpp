//===- Lower.cpp - from the source module to the LLVM dialect --------------===//
#include "Execution/Jit/Lower.h"
#include "Driver/Diagnostics.h"
#include "Driver/PassWatch.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Passes/CpuPipeline.h"
#include "graph-opt/Passes/LlvmPipeline.h"
#include "graph-opt/Passes/Passes.h"
#include "graph-opt/Passes/Pipelines.h"

using namespace mlir;

namespace graphopt::execution {

llvm::Error buildPasses(OpPassManager &passes, const CompileOptions &options, const Target &target) {
  if (!options.accuracy.empty() && options.accuracy != "strict" && options.accuracy != "fast")
    return makeError(Failure::usage, "expected accuracy strict or fast, got '" + options.accuracy + "'");
  std::string message;
  auto error = [&](const Twine &text) { message = text.str(); };
  auto usage = [&] { return makeError(Failure::usage, message); };
  StagedPipeline staged;
  if (isStagedPipeline(options.pipeline)) {
    FailureOr<StagedPipeline> parsed = parseStagedPipeline(options.pipeline, error);
    if (failed(parsed) || failed(addGraphStages(passes, *parsed, error)))
      return usage();
    staged = std::move(*parsed);
  } else if (!options.pipeline.empty() && failed(buildPipeline(passes, options.pipeline, error))) {
    return usage();
  }
  if (!options.lowering.empty()) {
    if (failed(addPasses(passes, options.lowering, error)))
      return usage();
    if (options.profile)
      passes.addPass(createProfileStepsPass());
    return llvm::Error::success();
  }

  CpuPipelineOptions cpu;
  cpu.cpu = target.text;
  cpu.tile = staged.level > 0;
  if (failed(addPasses(passes, "graph-outline-constants,graph-lift-parameters,graph-to-linalg", error)) ||
      failed(addSlot(passes, staged, "after-lowering", error)))
    return usage();
  buildCpuTilingPipeline(passes, cpu);
  if (failed(addSlot(passes, staged, "after-tiling", error)))
    return usage();
  buildCpuBufferPipeline(passes, cpu);
  if (failed(addSlot(passes, staged, "after-bufferisation", error)))
    return usage();
  if (options.profile)
    passes.addPass(createProfileStepsPass());
  return llvm::Error::success();
}

llvm::Expected<Lowered> lower(ModuleOp source, func::FuncOp entry, StringRef name, OpPassManager &&passes) {
  if (name.contains('\0'))
    return llvm::createStringError("expected a function name without null bytes");
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
      if (failed(SymbolTable::replaceAllSymbolUses(function, StringAttr::get(context, name), *lowered.module))) // it may call itself
        return llvm::createStringError("expected ops that say which symbols they use");
      function.setName(name);
    }
  }
  lowered.signature.name = name.str();

  auto run = [&](StringRef what, llvm::function_ref<void(PassManager &)> build) -> llvm::Error {
    PassManager manager(context, ModuleOp::getOperationName());
    build(manager);
    std::shared_ptr<PassRun> watched = watchPasses(manager);
    llvm::Error error = captureDiagnostics(context, name, what, nullptr, [&] { return manager.run(*lowered.module); });
    if (error && watched->brokenIR)
      return makeError(Failure::internal,
                       llvm::toString(std::move(error)) + "pass '" + watched->failedPass + "' left IR that does not verify");
    return error;
  };
  if (llvm::Error failed = run("the pipeline", [&](PassManager &manager) { static_cast<OpPassManager &>(manager) = std::move(passes); }))
    return std::move(failed);
  if (llvm::Error failed = readLowered(lowered.signature, *lowered.module, source))
    return std::move(failed);
  // All of this is in the signature now, and means nothing in the LLVM dialect.
  for (auto function : lowered.module->getOps<func::FuncOp>()) {
    function->removeAttr(graph::symbolsAttr);
    function.removeResAttrsAttr();
    for (unsigned i = 0; i < function.getNumArguments(); ++i)
      if (!function.getArgAttr(i, "graph.ctx"))
        function.setArgAttrs(i, DictionaryAttr());
  }
  for (auto parameter : llvm::make_early_inc_range(lowered.module->getOps<ParameterOpInterface>()))
    parameter.erase();

  if (llvm::Error failed = run("the lowering to LLVM", [](PassManager &manager) { buildLlvmPipeline(manager); }))
    return std::move(failed);
  return lowered;
}

} // namespace graphopt::execution
