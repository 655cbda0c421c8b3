//===- Codegen.cpp - from the LLVM dialect to an object --------------------===//
#include "Execution/Jit/Codegen.h"
#include "Execution/Jit/Wrapper.h"
#include "graph-opt/Execution/CpuInfo.h"
#include "mlir/Target/LLVMIR/Dialect/Builtin/BuiltinToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Dialect/LLVMIR/LLVMToLLVMIRTranslation.h"
#include "mlir/Target/LLVMIR/Export.h"
#include "llvm/IR/LegacyPassManager.h"
#include "llvm/IR/Verifier.h"
#include "llvm/MC/TargetRegistry.h"
#include "llvm/Passes/PassBuilder.h"
#include "llvm/Support/TargetSelect.h"
#include "llvm/Target/TargetMachine.h"
#include "llvm/TargetParser/Host.h"
#include <mutex>

using namespace llvm;
using mlir::FailureOr;

namespace graphopt::execution {

static void initializeTarget() {
  static std::once_flag once;
  std::call_once(once, [] {
    InitializeNativeTarget();
    InitializeNativeTargetAsmPrinter();
  });
}

static Expected<std::unique_ptr<TargetMachine>> createTargetMachine(const Target &target) {
  initializeTarget();
  std::string message;
  Triple triple(target.triple);
  const llvm::Target *found = TargetRegistry::lookupTarget(triple, message);
  if (!found)
    return createStringError(message);
  TargetOptions options;
  std::unique_ptr<TargetMachine> machine(
      found->createTargetMachine(triple, target.cpu, target.features, options, Reloc::PIC_, std::nullopt, CodeGenOptLevel::Aggressive));
  if (!machine)
    return createStringError("expected a CPU to generate code for, got '" + target.cpu + "'");
  return machine;
}

Expected<Target> resolveTarget(StringRef cpu, StringRef features) {
  Target target;
  target.triple = sys::getProcessTriple();
  target.text = (cpu.empty() ? "native" : cpu.str()) + (features.empty() ? "" : "," + features.str());
  FailureOr<CpuInfo> info = CpuInfo::get(target.text);
  if (failed(info))
    return createStringError("expected a CPU of " + Triple(target.triple).getArchName() + ", got '" + cpu + "'");
  target.cpu = info->name;
  target.features = info->features;
  return target;
}

static void optimize(Module &module, TargetMachine &machine) {
  PassBuilder builder(&machine);
  LoopAnalysisManager loops;
  FunctionAnalysisManager functions;
  CGSCCAnalysisManager components;
  ModuleAnalysisManager modules;
  builder.registerModuleAnalyses(modules);
  builder.registerCGSCCAnalyses(components);
  builder.registerFunctionAnalyses(functions);
  builder.registerLoopAnalyses(loops);
  builder.crossRegisterProxies(loops, functions, components, modules);
  builder.buildPerModuleDefaultPipeline(OptimizationLevel::O2).run(module, modules);
}

Expected<SmallString<0>> emitObject(mlir::ModuleOp module, const Signature &signature, const Target &target,
                                    ArrayRef<TensorValue> weights) {
  Expected<std::unique_ptr<TargetMachine>> machine = createTargetMachine(target);
  if (!machine)
    return machine.takeError();
  mlir::DialectRegistry registry;
  mlir::registerBuiltinDialectTranslation(registry);
  mlir::registerLLVMDialectTranslation(registry);
  module->getContext()->appendDialectRegistry(registry);

  SmallVector<std::string> messages;
  if (auto texts = module->getAttrOfType<mlir::ArrayAttr>("graph.messages"))
    for (mlir::Attribute text : texts)
      messages.push_back(mlir::cast<mlir::StringAttr>(text).str());

  LLVMContext context;
  std::unique_ptr<Module> translated = mlir::translateModuleToLLVMIR(module, context);
  if (!translated)
    return createStringError("expected a module that translates to LLVM IR");
  translated->setTargetTriple((*machine)->getTargetTriple());
  translated->setDataLayout((*machine)->createDataLayout());
  if (Error failed = addWrapper(*translated, signature, messages, weights))
    return std::move(failed);
  std::string broken;
  raw_string_ostream brokenStream(broken);
  if (verifyModule(*translated, &brokenStream))
    return createStringError("expected valid LLVM IR, got: " + broken);
  optimize(*translated, **machine);

  SmallString<0> object;
  raw_svector_ostream stream(object);
  legacy::PassManager passes;
  if ((*machine)->addPassesToEmitFile(passes, stream, nullptr, CodeGenFileType::ObjectFile))
    return createStringError("expected a target that emits objects, got '" + target.triple + "'");
  passes.run(*translated);
  return object;
}

} // namespace graphopt::execution
