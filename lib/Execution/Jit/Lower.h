//===- Lower.h - from the source module to the LLVM dialect ----------------===//
#pragma once
#include "Execution/Jit/Codegen.h"
#include "graph-opt/Execution/CompiledFunction.h"
#include "mlir/Pass/PassManager.h"

namespace graphopt::execution {

/// A copy of the source in the LLVM dialect, and what the pipeline said of it.
struct Lowered {
  mlir::OwningOpRef<mlir::ModuleOp> module;
  Signature signature;
};

/// Adds to a module's pass manager what `options` stand for: from the graph to what graph-cpu-pipeline leaves.
llvm::Error buildPasses(mlir::OpPassManager &passes, const CompileOptions &options, const Target &target);
/// Runs `passes` and the lowering to the LLVM dialect on a copy of `source`. The C functions get the name `name`.
llvm::Expected<Lowered> lower(mlir::ModuleOp source, mlir::func::FuncOp entry, llvm::StringRef name, mlir::OpPassManager &&passes);
/// The key of the object of `entry` in the cache.
llvm::Expected<std::string> getCacheKey(mlir::ModuleOp source, mlir::func::FuncOp entry, mlir::OpPassManager &passes, const Target &target);

} // namespace graphopt::execution
