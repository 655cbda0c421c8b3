//===- ChannelsLast.cpp - the layout of convolutions ----------------------===//
#include "MatmulForm.h"
#include "WeightValues.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Linalg/Transforms/Transforms.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_CPUCHANNELSLASTPASS
#include "graph-opt/Passes/Cpu.h.inc"
namespace {

Value transpose(OpBuilder &b, Location loc, Value x, ArrayRef<int64_t> permutation) {
  if (isIdentityPermutation(permutation))
    return x;
  SmallVector<OpFoldResult> sizes = applyPermutation(tensor::getMixedSizes(b, loc, x), permutation);
  Value init = tensor::EmptyOp::create(b, loc, sizes, getElementTypeOrSelf(x.getType()));
  return linalg::TransposeOp::create(b, loc, x, init, permutation)->getResult(0);
}

/// The destination with its axes in another order. What is filled with one value is filled anew.
Value permuteDestination(OpBuilder &b, Location loc, Value init, ArrayRef<int64_t> permutation) {
  auto fill = init.getDefiningOp<linalg::FillOp>();
  if (!fill && !init.getDefiningOp<tensor::EmptyOp>())
    return transpose(b, loc, init, permutation);
  SmallVector<OpFoldResult> sizes = applyPermutation(tensor::getMixedSizes(b, loc, init), permutation);
  Value empty = tensor::EmptyOp::create(b, loc, sizes, getElementTypeOrSelf(init.getType()));
  return fill ? linalg::FillOp::create(b, loc, fill.value(), empty).getResult(0) : empty;
}

/// The replacement may know more, or less, of its sizes.
void replace(PatternRewriter &rewriter, Operation *op, Value value) {
  Type type = op->getResult(0).getType();
  rewriter.replaceOp(op, value.getType() == type ? value : tensor::CastOp::create(rewriter, op->getLoc(), type, value).getResult());
}

/// The permutation that takes `position` to the end and keeps the order of the others.
SmallVector<int64_t> lastly(int64_t rank, int64_t position) {
  SmallVector<int64_t> permutation;
  for (int64_t d = 0; d < rank; ++d)
    if (d != position)
      permutation.push_back(d);
  permutation.push_back(position);
  return permutation;
}

/// The op with the axes of its result in another order, and the loops in that of the result.
Value rebuild(PatternRewriter &rewriter, linalg::GenericOp op, ArrayRef<Value> inputs, SmallVector<AffineMap> maps,
              ArrayRef<int64_t> permutation) {
  Location loc = op.getLoc();
  AffineMap &result = maps.back();
  result = AffineMap::get(result.getNumDims(), 0, applyPermutation(result.getResults(), permutation), rewriter.getContext());
  Value init = permuteDestination(rewriter, loc, op.getDpsInits()[0], permutation);
  auto changed = linalg::GenericOp::create(rewriter, loc, init.getType(), inputs, init, maps, op.getIteratorTypesArray());
  rewriter.cloneRegionBefore(op.getRegion(), changed.getRegion(), changed.getRegion().begin());
  // Parallel loops first, as the result's axes come.
  SmallVector<unsigned> order;
  for (AffineExpr expr : result.getResults())
    order.push_back(cast<AffineDimExpr>(expr).getPosition());
  for (unsigned dim = 0; dim < op.getNumLoops(); ++dim)
    if (!llvm::is_contained(order, dim))
      order.push_back(dim);
  return (*linalg::interchangeGenericOp(rewriter, changed, order)).getResult(0);
}

//===--- Where transpositions begin -------------------------------------------===//

struct MoveChannelsLast final : OpRewritePattern<linalg::GenericOp> {
  MoveChannelsLast(MLIRContext *context, const DenseSet<Operation *> &fixed) : OpRewritePattern(context), fixed(fixed) {}

  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || !cpu::isMultiplyAdd(op) || op.getNumReductionLoops() == 0)
      return rewriter.notifyMatchFailure(op, "not a sum of products");
    AffineMap result = op.getMatchingIndexingMap(op.getDpsInitOperand(0));
    OpOperand *x = op.getDpsInputOperand(0), *w = op.getDpsInputOperand(1);
    if (op.getMatchingIndexingMap(x).isProjectedPermutation() && !op.getMatchingIndexingMap(w).isProjectedPermutation())
      std::swap(x, w);
    AffineMap xMap = op.getMatchingIndexingMap(x), wMap = op.getMatchingIndexingMap(w);
    bool hasWindow = !xMap.isProjectedPermutation();
    if (!result.isProjectedPermutation() || result.getNumResults() < 3 || !wMap.isProjectedPermutation() ||
        (!hasWindow && !fixed.contains(op)))
      return rewriter.notifyMatchFailure(op, "neither windows nor weights");
    // The columns: what only the weights know, or else the channels that both know.
    std::optional<unsigned> columns, both;
    for (AffineExpr expr : result.getResults()) {
      unsigned dim = cast<AffineDimExpr>(expr).getPosition();
      if (wMap.isFunctionOfDim(dim))
        (xMap.isFunctionOfDim(dim) ? both : columns) = dim;
    }
    unsigned last = cast<AffineDimExpr>(result.getResults().back()).getPosition();
    if (wMap.isFunctionOfDim(last) || (!columns && !(hasWindow && both)))
      return rewriter.notifyMatchFailure(op, "its columns are in place");
    unsigned channels = columns ? *columns : *both;

    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    SmallVector<Value> inputs = op.getDpsInputs();
    auto moveLast = [&](OpOperand *operand, unsigned dim) {
      AffineMap &map = maps[operand->getOperandNumber()];
      std::optional<unsigned> position = map.getResultPosition(getAffineDimExpr(dim, getContext()));
      if (!position)
        return;
      SmallVector<int64_t> permutation = lastly(map.getNumResults(), *position);
      map = AffineMap::get(map.getNumDims(), 0, applyPermutation(map.getResults(), permutation), getContext());
      inputs[operand->getOperandNumber()] = transpose(rewriter, op.getLoc(), operand->get(), permutation);
    };
    if (columns) {
      SmallVector<unsigned> sums;
      op.getReductionDims(sums);
      for (unsigned dim : sums) // the channels of x: the sum that is no window
        if (xMap.getResultPosition(getAffineDimExpr(dim, getContext())) && wMap.isFunctionOfDim(dim)) {
          moveLast(x, dim);
          break;
        }
    } else {
      moveLast(x, channels);
      moveLast(w, channels);
    }
    SmallVector<int64_t> permutation = lastly(result.getNumResults(), *result.getResultPosition(getAffineDimExpr(channels, getContext())));
    Value changed = rebuild(rewriter, op, inputs, maps, permutation);
    replace(rewriter, op, transpose(rewriter, op.getLoc(), changed, invertPermutationVector(permutation)));
    return success();
  }

private:
  const DenseSet<Operation *> &fixed; ///< products of which an operand is made of weights alone
};

//===--- Where they go ---------------------------------------------------------===//

/// An op reads what a transposition of its operand was made of. If it keeps the axes of the operand, its result is transposed instead.
struct SinkThroughLoops final : OpRewritePattern<linalg::GenericOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(linalg::GenericOp op, PatternRewriter &rewriter) const override {
    if (!op.hasPureTensorSemantics() || op.getNumDpsInits() != 1 || cpu::isMultiplyAdd(op))
      return rewriter.notifyMatchFailure(op, "a product, or an op of several results");
    SmallVector<AffineMap> maps = op.getIndexingMapsArray();
    SmallVector<Value> inputs = op.getDpsInputs();
    AffineMap result = maps.back();
    if (!result.isProjectedPermutation())
      return rewriter.notifyMatchFailure(op, "its result is not indexed by loops");
    std::optional<SmallVector<int64_t>> moved;
    bool changes = false;
    for (OpOperand *operand : op.getDpsInputOperands()) {
      auto producer = operand->get().getDefiningOp<linalg::TransposeOp>();
      if (!producer)
        continue;
      AffineMap &map = maps[operand->getOperandNumber()];
      SmallVector<int64_t> inverse = invertPermutationVector(producer.getPermutation());
      if (!moved && keepsAxes(map, result))
        moved = inverse;
      map = AffineMap::get(map.getNumDims(), 0, applyPermutation(map.getResults(), inverse), getContext());
      inputs[operand->getOperandNumber()] = producer.getInput();
      changes = true;
    }
    if (!changes)
      return rewriter.notifyMatchFailure(op, "no operand is transposed");
    SmallVector<int64_t> permutation = moved ? *moved : llvm::to_vector(llvm::seq<int64_t>(0, result.getNumResults()));
    Value changed = rebuild(rewriter, op, inputs, maps, permutation);
    replace(rewriter, op, transpose(rewriter, op.getLoc(), changed, invertPermutationVector(permutation)));
    return success();
  }

private:
  /// Axis i of the operand is indexed by axis i of the result, and by windows.
  static bool keepsAxes(AffineMap operand, AffineMap result) {
    if (operand.getNumResults() != result.getNumResults())
      return false;
    for (auto [expr, loop] : llvm::zip(operand.getResults(), result.getResults()))
      if (!expr.isFunctionOfDim(cast<AffineDimExpr>(loop).getPosition()))
        return false;
    return true;
  }
};

/// insert_slice(transpose x, init) is transpose(insert_slice(x, init')): paddings, and the parts of a concatenation.
struct SinkThroughInsert final : OpRewritePattern<tensor::InsertSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::InsertSliceOp op, PatternRewriter &rewriter) const override {
    auto producer = op.getSource().getDefiningOp<linalg::TransposeOp>();
    if (!producer || op.getSourceType().getRank() != op.getDestType().getRank())
      return rewriter.notifyMatchFailure(op, "no transposition of the same rank goes in");
    SmallVector<int64_t> inverse = invertPermutationVector(producer.getPermutation());
    Value destination = permuteDestination(rewriter, op.getLoc(), op.getDest(), inverse);
    Value changed = tensor::InsertSliceOp::create(
        rewriter, op.getLoc(), producer.getInput(), destination, applyPermutation(op.getMixedOffsets(), inverse),
        applyPermutation(op.getMixedSizes(), inverse), applyPermutation(op.getMixedStrides(), inverse));
    replace(rewriter, op, transpose(rewriter, op.getLoc(), changed, producer.getPermutation()));
    return success();
  }
};

struct SinkThroughExtract final : OpRewritePattern<tensor::ExtractSliceOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(tensor::ExtractSliceOp op, PatternRewriter &rewriter) const override {
    auto producer = op.getSource().getDefiningOp<linalg::TransposeOp>();
    if (!producer || op.getSourceType().getRank() != op.getType().getRank())
      return rewriter.notifyMatchFailure(op, "nothing transposed of the same rank goes in");
    SmallVector<int64_t> inverse = invertPermutationVector(producer.getPermutation());
    Value changed =
        tensor::ExtractSliceOp::create(rewriter, op.getLoc(), producer.getInput(), applyPermutation(op.getMixedOffsets(), inverse),
                                       applyPermutation(op.getMixedSizes(), inverse), applyPermutation(op.getMixedStrides(), inverse));
    replace(rewriter, op, transpose(rewriter, op.getLoc(), changed, producer.getPermutation()));
    return success();
  }
};

/// Two transpositions are one, or none.
struct FoldTwo final : OpRewritePattern<linalg::TransposeOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(linalg::TransposeOp op, PatternRewriter &rewriter) const override {
    auto producer = op.getInput().getDefiningOp<linalg::TransposeOp>();
    if (!producer)
      return rewriter.notifyMatchFailure(op, "not of a transposition");
    SmallVector<int64_t> both = applyPermutation(producer.getPermutation(), op.getPermutation());
    replace(rewriter, op, transpose(rewriter, op.getLoc(), producer.getInput(), both));
    return success();
  }
};

struct CpuChannelsLastPass final : impl::CpuChannelsLastPassBase<CpuChannelsLastPass> {
  void runOnOperation() override {
    if (getOperation().isDeclaration())
      return;
    MLIRContext *context = &getContext();
    cpu::WeightValues weights(getOperation());
    DenseSet<Operation *> fixed;
    SmallVector<Operation *> products;
    getOperation().walk([&](linalg::GenericOp op) {
      products.push_back(op);
      if (llvm::any_of(op.getDpsInputs(), [&](Value input) { return weights.isFixed(input); }))
        fixed.insert(op);
    });
    bool changed = false;
    RewritePatternSet begin(context);
    begin.add<MoveChannelsLast>(context, fixed);
    if (failed(applyOpPatternsGreedily(products, std::move(begin),
                                       GreedyRewriteConfig().setStrictness(GreedyRewriteStrictness::ExistingOps), &changed)))
      return signalPassFailure();
    if (!changed)
      return;
    RewritePatternSet patterns(context);
    patterns.add<SinkThroughLoops, SinkThroughInsert, SinkThroughExtract, FoldTwo>(context);
    memref::populateResolveRankedShapedTypeResultDimsPatterns(patterns);
    tensor::CastOp::getCanonicalizationPatterns(patterns, context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(patterns))))
      signalPassFailure();
  }
};

} // namespace
} // namespace graphopt
