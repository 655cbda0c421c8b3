//===- ResolveSizes.cpp ---------------------------------------------------===//
#include "ResolveSizes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
using namespace mlir;
namespace graphopt::memory {
namespace {

struct ResolveSize final : OpRewritePattern<memref::DimOp> {
  using OpRewritePattern::OpRewritePattern;

  LogicalResult matchAndRewrite(memref::DimOp dim, PatternRewriter &rewriter) const override {
    std::optional<int64_t> position = dim.getConstantIndex();
    Operation *source = dim.getSource().getDefiningOp();
    auto type = dyn_cast<MemRefType>(dim.getSource().getType());
    if (!position || !source || !type || *position >= type.getRank())
      return rewriter.notifyMatchFailure(dim, "expected a known dimension of a view");
    OpFoldResult size = sizeOf(rewriter, dim.getLoc(), source, *position, type);
    if (!size)
      return rewriter.notifyMatchFailure(dim, "not a view or a buffer");
    rewriter.replaceOp(dim, getValueOrCreateConstantIndexOp(rewriter, dim.getLoc(), size));
    return success();
  }

  static OpFoldResult sizeOf(PatternRewriter &rewriter, Location loc, Operation *source, int64_t position, MemRefType type) {
    if (!type.isDynamicDim(position))
      return rewriter.getIndexAttr(type.getDimSize(position));
    if (auto expand = dyn_cast<memref::ExpandShapeOp>(source))
      return expand.getMixedOutputShape()[position];
    if (auto cast = dyn_cast<memref::CastOp>(source); cast && isa<MemRefType>(cast.getSource().getType()))
      return memref::DimOp::create(rewriter, loc, cast.getSource(), position).getResult();
    if (auto view = dyn_cast<memref::SubViewOp>(source); view && view.getSourceType().getRank() == type.getRank())
      return view.getMixedSizes()[position];
    if (auto collapse = dyn_cast<memref::CollapseShapeOp>(source)) {
      Value product;
      ReassociationIndices group = collapse.getReassociationIndices()[position];
      for (int64_t from : group) {
        Value size = memref::DimOp::create(rewriter, loc, collapse.getSrc(), from);
        product = product ? arith::MulIOp::create(rewriter, loc, product, size).getResult() : size;
      }
      return product;
    }
    return {}; // of buffers it folds
  }
};

} // namespace

void populateResolveSizesPatterns(RewritePatternSet &patterns) { patterns.add<ResolveSize>(patterns.getContext()); }

} // namespace graphopt::memory
