//===- Pipeline.cpp - graph-cpu-pipeline ----------------------------------===//
#include "graph-opt/Passes/CpuPipeline.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/Passes.h"
#include "mlir/Dialect/Math/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"
using namespace mlir;

void graphopt::buildCpuPipeline(OpPassManager &pm, const CpuPipelineOptions &options) {
  buildCpuTilingPipeline(pm, options);
  buildCpuBufferPipeline(pm, options);
}

void graphopt::buildCpuTilingPipeline(OpPassManager &pm, const CpuPipelineOptions &options) {
  auto clean = [&] {
    pm.addPass(createCanonicalizerPass());
    pm.addPass(createCSEPass());
  };
  pm.addPass(createInlinerPass({}, [](OpPassManager &) {})); // without the canonicalizer: sizes are to be checked first
  pm.addPass(createSymbolDCEPass());
  // Before anything is folded by what the types say.
  pm.addNestedPass<func::FuncOp>(createGraphCheckSizesPass());
  clean();
  pm.addPass(createConvertElementwiseToLinalgPass()); // arith and math on tensors
  pm.addPass(createCpuOutlineShapesPass());
  pm.addNestedPass<func::FuncOp>(createCpuChannelsLastPass());
  pm.addNestedPass<func::FuncOp>(createCpuFuseElementwisePass());
  clean();
  if (options.tile) {
    pm.addNestedPass<func::FuncOp>(createCpuPackMatmulPass({options.cpu}));
    pm.addPass(createHoistWeightComputationsPass());
    clean();
    pm.addNestedPass<func::FuncOp>(createCpuTileGroupsPass({options.cpu, options.threads}));
    clean();
  }
  pm.addNestedPass<func::FuncOp>(createCpuReuseBuffersPass());
}

void graphopt::buildCpuBufferPipeline(OpPassManager &pm, const CpuPipelineOptions &options) {
  auto clean = [&] {
    pm.addPass(createCanonicalizerPass());
    pm.addPass(createCSEPass());
  };
  pm.addNestedPass<func::FuncOp>(createCpuCarryInPlacePass());
  pm.addPass(createCpuDestinationsPass());
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  pm.addPass(bufferization::createOneShotBufferizePass());
  clean();

  // Loops.
  pm.addNestedPass<func::FuncOp>(createCpuLowerForallPass({options.cpu, options.threads}));
  clean();
  pm.addPass(createCpuOutlineKernelsPass());
  pm.addNestedPass<func::FuncOp>(createCpuVectorizePass({options.cpu}));
  clean();
  pm.addNestedPass<func::FuncOp>(createCpuPromoteScalarsPass());
  clean();
  pm.addPass(createPlanMemoryPass());
  pm.addNestedPass<func::FuncOp>(createCpuLowerMathPass({options.cpu}));
  clean();
}

void graphopt::registerCpuPipeline() {
  static PassPipelineRegistration<CpuPipelineOptions> registration(
      "graph-cpu-pipeline", "linalg on tensors to vectorised loops on memrefs with one arena", buildCpuPipeline);
}
