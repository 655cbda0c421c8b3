//===- LlvmPipeline.h - from loops on buffers to the LLVM dialect ---------===//
#pragma once
#include "mlir/Pass/PassManager.h"
#pragma GCC visibility push(default)
namespace graphopt {
/// `graph-llvm-pipeline`: from what graph-cpu-pipeline leaves to the LLVM dialect, every function with a status.
void buildLlvmPipeline(mlir::OpPassManager &passes);
/// Registers it with MLIR's global registry.
void registerLlvmPipeline();
} // namespace graphopt
#pragma GCC visibility pop
