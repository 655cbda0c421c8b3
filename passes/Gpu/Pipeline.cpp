//===- Pipeline.cpp - graph-gpu-pipeline ----------------------------------===//
#include "graph-opt/Passes/GpuPipeline.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Dialect/Bufferization/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/GPU/IR/GPUDialect.h"
#include "mlir/Dialect/GPU/Transforms/Passes.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace {
void clean(OpPassManager &pm) {
  pm.addPass(createCanonicalizerPass());
  pm.addPass(createCSEPass());
}

/// The kernels, from vectors to the LLVM dialect. One index width everywhere, and bare pointers: the launch plan passes nothing else.
void addKernelLowering(OpPassManager &kernels) {
  kernels.addPass(createLowerAffinePass());
  kernels.addPass(createConvertVectorToSCFPass(VectorTransferToSCFOptions().enableFullUnroll()));
  kernels.addPass(createCanonicalizerPass());
  kernels.addPass(memref::createExpandStridedMetadataPass());
  kernels.addPass(createLowerAffinePass());
  kernels.addPass(createSCFToControlFlowPass());
  ConvertVectorToLLVMPassOptions vectors;
  vectors.useVectorAlignment = true; // without it loads are not widened to 128 bits
  kernels.addPass(createConvertVectorToLLVMPass(vectors));
  ConvertGpuOpsToNVVMOpsOptions nvvm;
  nvvm.useBarePtrCallConv = true;
  nvvm.indexBitwidth = 64;
  nvvm.hasRedux = true;
  kernels.addPass(createConvertGpuOpsToNVVMOps(nvvm));
  kernels.addPass(createConvertNVVMToLLVMPass());
  kernels.addPass(createReconcileUnrealizedCastsPass());
  clean(kernels);
}
} // namespace

void graphopt::buildGpuPipeline(OpPassManager &pm, const GpuPipelineOptions &options) {
  // Tensors.
  pm.addNestedPass<func::FuncOp>(createCpuFuseElementwisePass());
  clean(pm);
  pm.addNestedPass<func::FuncOp>(createGpuTilePass());
  clean(pm);
  pm.addNestedPass<func::FuncOp>(createGpuVectorizePass());
  pm.addNestedPass<func::FuncOp>(createCpuLowerMathPass());
  clean(pm);

  // Buffers.
  pm.addPass(createCpuDestinationsPass());
  pm.addPass(bufferization::createEmptyTensorEliminationPass());
  pm.addPass(bufferization::createOneShotBufferizePass());
  clean(pm);
  pm.addPass(createCanonicalizerPass()); // copies onto themselves show only after CSE

  // Kernels.
  pm.addNestedPass<func::FuncOp>(createGpuLaunchPass());
  clean(pm);
  pm.addPass(createGpuLaunchSinkIndexComputationsPass());
  pm.addPass(createGpuKernelOutliningPass());
  addKernelLowering(pm.nest<gpu::GPUModuleOp>());
  GpuNVVMAttachTargetOptions target;
  target.optLevel = 3;
  target.chip = options.chip;
  target.features = options.features;
  pm.addPass(createGpuNVVMAttachTarget(target));
  GpuModuleToBinaryPassOptions binary;
  binary.compilationTarget = options.format;
  pm.addPass(createGpuModuleToBinaryPass(binary));
  pm.addPass(createGpuDropTimingsPass());
}

void graphopt::registerGpuPipeline() {
  static PassPipelineRegistration<GpuPipelineOptions> registration("graph-gpu-pipeline", "linalg on tensors to GPU kernels as PTX",
                                                                   buildGpuPipeline);
}
