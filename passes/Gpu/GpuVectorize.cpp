//===- GpuVectorize.cpp - turn the tiles of threads into vectors ----------===//
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Hoisting.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
#include "mlir/Dialect/Vector/Transforms/LoweringPatterns.h"
#include "mlir/Dialect/Vector/Transforms/VectorRewritePatterns.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
#include "mlir/Transforms/LoopInvariantCodeMotionUtils.h"

using namespace mlir;

namespace graphopt {
#define GEN_PASS_DEF_GPUVECTORIZEPASS
#include "graph-opt/Passes/Gpu.h.inc"
} // namespace graphopt

namespace {
struct GpuVectorizePass final : graphopt::impl::GpuVectorizePassBase<GpuVectorizePass> {
  void runOnOperation() override {
    func::FuncOp function = getOperation();
    MLIRContext *context = &getContext();
    IRRewriter rewriter(context);
    SmallVector<linalg::LinalgOp> ops;
    function.walk([&](linalg::LinalgOp op) {
      if (op->getParentOfType<scf::ForallOp>())
        ops.push_back(op);
    });
    for (linalg::LinalgOp op : ops) {
      rewriter.setInsertionPoint(op);
      auto vectorized = linalg::vectorize(rewriter, op);
      if (failed(vectorized)) {
        op.emitOpError() << "could not be turned into vectors";
        return signalPassFailure();
      }
      rewriter.replaceOp(op, vectorized->replacements);
    }

    // Writes that are read again become values; unit axes go.
    RewritePatternSet cleanup(context);
    vector::populateVectorReductionToContractPatterns(cleanup);
    tensor::populateFoldTensorSubsetIntoVectorTransferPatterns(cleanup);
    vector::populateVectorTransferPermutationMapLoweringPatterns(cleanup);
    vector::TransferReadOp::getCanonicalizationPatterns(cleanup, context);
    vector::TransferWriteOp::getCanonicalizationPatterns(cleanup, context);
    if (failed(applyPatternsGreedily(function, std::move(cleanup))))
      return signalPassFailure();

    // The accumulator of a loop along k becomes a value that the loop carries.
    function.walk([&](scf::ForOp loop) {
      moveLoopInvariantCode(cast<LoopLikeOpInterface>(loop.getOperation()));
      (void)hoistLoopInvariantSubsets(rewriter, cast<LoopLikeOpInterface>(loop.getOperation()));
    });

    RewritePatternSet lowering(context);
    vector::populateVectorContractLoweringPatterns(lowering, vector::VectorContractLowering::OuterProduct);
    vector::populateVectorOuterProductLoweringPatterns(lowering);
    vector::populateVectorTransposeLoweringPatterns(lowering, vector::VectorTransposeLowering::EltWise);
    // A warp takes one row: its leading axis of 1 goes, and reductions give scalars.
    vector::populateVectorMultiReductionLoweringPatterns(lowering, vector::VectorMultiReductionLowering::InnerReduction);
    vector::populateCastAwayVectorLeadingOneDimPatterns(lowering);
    if (failed(applyPatternsGreedily(function, std::move(lowering))))
      return signalPassFailure();
  }
};
} // namespace
