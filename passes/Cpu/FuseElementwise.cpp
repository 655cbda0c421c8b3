//===- FuseElementwise.cpp - one loop nest for a chain of linalg ops ------===//
#include "Groups.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/Math/IR/Math.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Tensor/Transforms/Transforms.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_CPUFUSEELEMENTWISEPASS
#include "graph-opt/Passes/Cpu.h.inc"
namespace {

/// The largest body of a loop that ops are merged into.
constexpr unsigned maxBodyOps = 128;

/// Everything becomes a linalg.generic but fills, which later passes take for the start of a reduction.
struct GeneralizeNamedOp final : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(linalg::LinalgOp op, PatternRewriter &rewriter) const override {
    if (isa<linalg::GenericOp, linalg::FillOp>(op))
      return rewriter.notifyMatchFailure(op, "it has its form");
    return linalg::generalizeNamedOp(rewriter, op);
  }
};

/// A fill that is read by an elementwise op is a scalar there.
struct FoldFillIntoElementwise final : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    for (OpOperand *operand : op.getDpsInputOperands()) {
      auto fill = operand->get().getDefiningOp<linalg::FillOp>();
      SmallVector<AffineMap> maps = op.getIndexingMapsArray();
      maps[operand->getOperandNumber()] = AffineMap::get(op.getNumLoops(), 0, op.getContext());
      // A loop that only this operand has the size of still needs it.
      if (!fill || !inversePermutation(concatAffineMaps(maps, op.getContext())))
        continue;
      rewriter.modifyOpInPlace(op, [&] {
        operand->set(fill.value());
        op.setIndexingMapsAttr(rewriter.getAffineMapArrayAttr(maps));
      });
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no input is a fill");
  }
};

/// An op that iterates over nothing gives its destination: an empty tensor, or the start of a reduction. What comes later (MLIR's tiling
/// takes a size of 0 for "not tiled") needn't know of such ops.
struct FoldEmptyLoops final : OpInterfaceRewritePattern<linalg::LinalgOp> {
  using OpInterfaceRewritePattern::OpInterfaceRewritePattern;
  LogicalResult matchAndRewrite(linalg::LinalgOp op, PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || !cpu::iteratesOverNothing(op))
      return rewriter.notifyMatchFailure(op, "it is not known to iterate over nothing");
    rewriter.replaceOp(op, op.getDpsInits());
    return success();
  }
};

bool onlyMovesData(linalg::GenericOp op) {
  return llvm::hasSingleElement(*op.getBlock()) && llvm::all_of(op.getBlock()->getTerminator()->getOperands(), [&](Value value) {
           auto argument = dyn_cast<BlockArgument>(value);
           return !argument || argument.getOwner() == op.getBlock();
         });
}

/// What the body costs for one element, as a number of simple instructions.
unsigned weightOf(linalg::GenericOp op) {
  unsigned weight = 0;
  for (Operation &inner : op.getBlock()->without_terminator())
    weight += isa<math::MathDialect>(inner.getDialect()) || isa<arith::DivFOp>(inner) ? 8 : inner.getNumRegions() ? 8 : 1;
  return weight;
}

/// Whether the two bodies are small enough for one loop: registers are few, and each step of a merge copies the whole body, so that a
/// line of n ops would take n squared.
bool fitTogether(linalg::GenericOp a, linalg::GenericOp b) {
  unsigned left = maxBodyOps;
  for (linalg::GenericOp op : {a, b})
    for ([[maybe_unused]] Operation &inner : *op.getBlock())
      if (left-- == 0)
        return false;
  return true;
}

bool shouldFuse(OpOperand *operand) {
  auto producer = operand->get().getDefiningOp<linalg::GenericOp>();
  auto consumer = cast<linalg::GenericOp>(operand->getOwner());
  if (!producer || producer->getBlock() != consumer->getBlock() || !fitTogether(producer, consumer))
    return false;
  AffineMap map = consumer.getMatchingIndexingMap(operand);
  bool once = map.isPermutation(); // each element is computed once
  // A transposition or a broadcast is a matter of indices: its memory traffic goes. The input's row must stay a row,
  // or loads of single elements take the place of one tidy copy.
  if (onlyMovesData(producer))
    return once || producer->hasOneUse() || consumer.getNumReductionLoops() == 0;
  if (!llvm::all_of(producer->getUsers(), [&](Operation *user) { return user == consumer; }))
    return false;
  if (once)
    return true;
  return consumer.getNumReductionLoops() == 0 && weightOf(producer) <= 2;
}

struct CpuFuseElementwisePass final : impl::CpuFuseElementwisePassBase<CpuFuseElementwisePass> {
  void runOnOperation() override {
    MLIRContext *context = &getContext();
    {
      RewritePatternSet patterns(context);
      patterns.add<GeneralizeNamedOp>(context);
      tensor::populateDecomposeTensorConcatPatterns(patterns);
      // Aggregates such as linalg.softmax are for the decomposition of whoever made them: here they are reductions.
      if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
        return signalPassFailure();
    }
    RewritePatternSet patterns(context);
    patterns.add<FoldEmptyLoops, FoldFillIntoElementwise>(context);
    linalg::populateElementwiseOpsFusionPatterns(patterns, shouldFuse);
    linalg::populateEraseUnusedOperandsAndResultsPatterns(patterns);
    linalg::populateInlineConstantOperandsPatterns(patterns);
    linalg::GenericOp::getCanonicalizationPatterns(patterns, context);
    tensor::EmptyOp::getCanonicalizationPatterns(patterns, context);
    tensor::CastOp::getCanonicalizationPatterns(patterns, context);
    memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace graphopt
