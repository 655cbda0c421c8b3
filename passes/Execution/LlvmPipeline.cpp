//===- LlvmPipeline.cpp - from loops on buffers to the LLVM dialect -------===//
#include "graph-opt/Passes/LlvmPipeline.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Conversion/Passes.h"
#include "mlir/Conversion/VectorToSCF/VectorToSCF.h"
#include "mlir/Dialect/Arith/Transforms/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/MemRef/Transforms/Passes.h"
#include "mlir/Pass/PassRegistry.h"
#include "mlir/Transforms/Passes.h"

using namespace mlir;

namespace graphopt {

void buildLlvmPipeline(OpPassManager &passes) {
  passes.addPass(createOutlineParallelPass());
  OpPassManager &early = passes.nest<func::FuncOp>();
  early.addPass(createConvertVectorToSCFPass(VectorTransferToSCFOptions().enableFullUnroll()));
  early.addPass(createExpandReshapesPass());
  early.addPass(memref::createExpandStridedMetadataPass());
  early.addPass(createLowerAffinePass());
  early.addPass(createSCFToControlFlowPass());
  passes.addPass(createReturnStatusPass());
  OpPassManager &late = passes.nest<func::FuncOp>();
  // x86 has no instruction for bf16 before AVX-512, and the library call for it isn't in every libgcc.
  arith::ArithExpandOpsPassOptions expand;
  expand.includeBf16 = true;
  late.addPass(arith::createArithExpandOpsPass(expand));
  passes.addPass(createConvertVectorToLLVMPass());
  passes.addPass(createConvertMathToLLVMPass());
  passes.addPass(createConvertMathToLibmPass());
  passes.addPass(createConvertIndexToLLVMPass());
  passes.addPass(createArithToLLVMConversionPass());
  passes.addPass(createFinalizeMemRefToLLVMConversionPass());
  passes.addPass(createConvertFuncToLLVMPass());
  passes.addPass(createConvertControlFlowToLLVMPass());
  passes.addPass(createUBToLLVMConversionPass());
  passes.addPass(createReconcileUnrealizedCastsPass());
  passes.addPass(createLowerParallelCallsPass());
}

void registerLlvmPipeline() {
  PassPipelineRegistration<>("graph-llvm-pipeline", "lower loops on buffers to the LLVM dialect, every function with a status",
                             buildLlvmPipeline);
}

} // namespace graphopt
