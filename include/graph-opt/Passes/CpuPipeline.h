//===- CpuPipeline.h - from linalg on tensors to loops on one arena -------===//
#pragma once
#include "mlir/Pass/PassManager.h"
#include "mlir/Pass/PassOptions.h"
#pragma GCC visibility push(default)
namespace graphopt {

struct CpuPipelineOptions : mlir::PassPipelineOptions<CpuPipelineOptions> {
  Option<std::string> cpu{*this, "cpu", llvm::cl::desc("the CPU to generate code for (LLVM's name, or host)"), llvm::cl::init("host")};
  Option<bool> threads{*this, "threads", llvm::cl::desc("make loops with enough work scf.parallel"), llvm::cl::init(true)};
  Option<bool> tile{*this, "tile", llvm::cl::desc("tile, fuse and pack; without it each op is a loop nest of its own"),
                    llvm::cl::init(true)};
};

/// Takes functions on tensors with linalg ops to functions on memrefs with loops, vectors and one arena.
void buildCpuPipeline(mlir::OpPassManager &pm, const CpuPipelineOptions &options);
/// Its two parts: on tensors, up to tiles, and from there on buffers.
void buildCpuTilingPipeline(mlir::OpPassManager &pm, const CpuPipelineOptions &options);
void buildCpuBufferPipeline(mlir::OpPassManager &pm, const CpuPipelineOptions &options);
/// Registers `graph-cpu-pipeline`.
void registerCpuPipeline();

} // namespace graphopt
#pragma GCC visibility pop
