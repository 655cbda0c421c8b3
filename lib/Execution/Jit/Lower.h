//===- Lower.h - from the source module to the LLVM dialect ----------------===//
#pragma once
#include "Execution/Jit/Codegen.h"
#include "graph-opt/Execution/CompiledFunction.h"

namespace graphopt::execution {

/// A copy of the source in the LLVM dialect, and what the pipeline said of it.
struct Lowered {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  Signature signature;
};

/// The text of the pass pipeline that `options` stand for.
llvm::Expected<std::string> getPipeline(const CompileOptions &options, const Target &target);
/// Runs `pipeline` and the lowering to the LLVM dialect on a copy of `source`. The C functions get the name `name`.
llvm::Expected<Lowered> lower(mlir::ModuleOp source, mlir::func::FuncOp entry, llvm::StringRef name, llvm::StringRef pipeline);
/// The key of the object of `entry` in the cache.
llvm::Expected<std::string> getCacheKey(mlir::ModuleOp source, mlir::func::FuncOp entry, llvm::StringRef pipeline, const Target &target);

} // namespace graphopt::execution
