//===- Lower.cpp - from the source module to the LLVM dialect --------------===//
#include "Execution/Jit/Lower.h"
#include "graph-opt/Passes/LlvmPipeline.h"
#include "mlir/IR/Verifier.h"
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

llvm::Expected<std::string> getPipeline(const CompileOptions &options, const Target &target) { return options.pipeline; }

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

  PassManager toLlvm(context, ModuleOp::getOperationName());
  buildLlvmPipeline(toLlvm);
  if (failed(toLlvm.run(*lowered.module)))
    return first.take("the lowering to LLVM failed");
  return lowered;
}

} // namespace graphopt::execution
