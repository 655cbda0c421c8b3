//===- Codegen.h - from the LLVM dialect to an object ----------------------===//
#pragma once
#include "Execution/Jit/Signature.h"
#include "graph-opt/Interpreter/TensorValue.h"
#include "llvm/ADT/SmallString.h"

namespace graphopt::execution {

/// What code is generated for.
struct Target {
  std::string triple, cpu, features;
  std::string text; ///< what CpuInfo::get takes
};

/// Resolves "native" (and an empty name) to the host's CPU and features; else takes the CPU's own; `features` change them.
llvm::Expected<Target> resolveTarget(llvm::StringRef cpu, llvm::StringRef features);

/// Translates `module`, which is in the LLVM dialect, adds the C ABI, optimises, and returns an ELF object. `weights` that are
/// given are embedded, by number.
llvm::Expected<llvm::SmallString<0>> emitObject(mlir::ModuleOp module, const Signature &signature, const Target &target,
                                                llvm::ArrayRef<TensorValue> weights);

} // namespace graphopt::execution
