//===- GpuPipeline.h - from linalg on tensors to GPU binaries -------------===//
#pragma once
#include "mlir/Pass/PassOptions.h"
#include <string>

#pragma GCC visibility push(default)
namespace graphopt {

struct GpuPipelineOptions : mlir::PassPipelineOptions<GpuPipelineOptions> {
  Option<std::string> chip{*this, "chip", llvm::cl::desc("the GPU to compile for, as ptxas spells it"), llvm::cl::init("sm_90")};
  Option<std::string> features{*this, "features", llvm::cl::desc("the PTX version to emit"), llvm::cl::init("+ptx80")};
  Option<std::string> format{*this, "format", llvm::cl::desc("kernels as 'llvm' IR or as 'isa' (PTX)"), llvm::cl::init("isa")};
};

/// Appends the passes to `pm`, a manager of builtin.module. Afterwards each public function is host code that launches the kernels of
/// `gpu.binary` ops: arguments and results are memrefs of static shape in device memory, aligned to 16 bytes.
void buildGpuPipeline(mlir::OpPassManager &pm, const GpuPipelineOptions &options);
/// Registers it as graph-gpu-pipeline.
void registerGpuPipeline();

} // namespace graphopt
#pragma GCC visibility pop
