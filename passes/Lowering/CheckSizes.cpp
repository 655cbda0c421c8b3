//===- CheckSizes.cpp - sizes that must agree, watched at run time --------===//
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/MemRef/Transforms/Transforms.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include "mlir/IR/Dominance.h"
#include "mlir/Transforms/CSE.h"
#include "mlir/Transforms/GreedyPatternRewriteDriver.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_GRAPHCHECKSIZESPASS
#include "graph-opt/Passes/Lowering.h.inc"
namespace {

/// The conditions of one op, written before it.
class Conditions {
public:
  explicit Conditions(Operation *op) : builder(op), loc(op->getLoc()) {}

  OpFoldResult sizeOf(Value tensor, int64_t dim) { return tensor::getMixedSize(builder, loc, tensor, dim); }

  void equal(OpFoldResult a, OpFoldResult b) { require(arith::CmpIPredicate::eq, a, b, "expected sizes that agree"); }

  /// That `size` elements from `offset`, `stride` apart, lie inside of `whole`.
  void inside(OpFoldResult offset, OpFoldResult size, OpFoldResult stride, OpFoldResult whole) {
    std::optional<int64_t> o = getConstantIntValue(offset), n = getConstantIntValue(size), s = getConstantIntValue(stride),
                           w = getConstantIntValue(whole);
    if (o && n && s && w) // the verifier's
      return;
    constexpr StringLiteral message = "expected a slice that lies inside of its tensor";
    notNegative(offset, message);
    notNegative(size, message);
    // Wrapped arithmetic would pass; sizes of at most the tensor's don't wrap, and then neither does the last position.
    require(arith::CmpIPredicate::sle, size, whole, message);
    if (o == 0 && s == 1)
      return;
    require(arith::CmpIPredicate::sle, offset, whole, message);
    Value one = arith::ConstantIndexOp::create(builder, loc, 1);
    Value steps = arith::MulIOp::create(builder, loc, arith::SubIOp::create(builder, loc, value(size), one), value(stride));
    Value last = arith::AddIOp::create(builder, loc, value(offset), steps);
    Value holds = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::slt, last, value(whole));
    Value empty = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, value(size), value(zero()));
    cf::AssertOp::create(builder, loc, arith::OrIOp::create(builder, loc, empty, holds), message);
  }

  void product(ArrayRef<OpFoldResult> factors, OpFoldResult whole) {
    Value result;
    for (OpFoldResult factor : factors)
      if (getConstantIntValue(factor) != 1) {
        notNegative(factor, "expected sizes of at least 0");
        result = result ? arith::MulIOp::create(builder, loc, result, value(factor)).getResult() : value(factor);
      }
    require(arith::CmpIPredicate::eq, result ? OpFoldResult(result) : OpFoldResult(builder.getIndexAttr(1)), whole,
            "expected a shape of as many elements");
  }

private:
  OpFoldResult zero() { return builder.getIndexAttr(0); }
  Value value(OpFoldResult size) { return getValueOrCreateConstantIndexOp(builder, loc, size); }

  void notNegative(OpFoldResult size, StringRef message) {
    if (auto number = dyn_cast<Value>(size); !number || !number.getDefiningOp<tensor::DimOp>())
      require(arith::CmpIPredicate::sge, size, zero(), message);
  }

  void require(arith::CmpIPredicate predicate, OpFoldResult a, OpFoldResult b, StringRef message) {
    std::optional<int64_t> x = getConstantIntValue(a), y = getConstantIntValue(b);
    if ((x && y && arith::applyCmpPredicate(predicate, APInt(64, *x, true), APInt(64, *y, true))))
      return;
    cf::AssertOp::create(builder, loc, arith::CmpIOp::create(builder, loc, predicate, value(a), value(b)), message);
  }

  OpBuilder builder;
  Location loc;
};

/// Operands that walk a loop with one size each walk the same number of elements.
void check(linalg::LinalgOp op) {
  if (!op.hasPureTensorSemantics())
    return;
  Conditions conditions(op);
  SmallVector<std::optional<OpFoldResult>> ranges(op.getNumLoops());
  for (OpOperand &operand : op->getOpOperands())
    for (auto [dim, expression] : llvm::enumerate(op.getMatchingIndexingMap(&operand).getResults())) {
      auto loop = dyn_cast<AffineDimExpr>(expression);
      if (!loop)
        continue;
      std::optional<OpFoldResult> &range = ranges[loop.getPosition()];
      OpFoldResult size = conditions.sizeOf(operand.get(), dim);
      if (range)
        conditions.equal(*range, size);
      else
        range = size;
    }
}

void check(tensor::CastOp cast) {
  auto from = dyn_cast<RankedTensorType>(cast.getSource().getType()), to = dyn_cast<RankedTensorType>(cast.getType());
  if (!from || !to)
    return;
  Conditions conditions(cast);
  for (int64_t dim = 0; dim < to.getRank(); ++dim)
    if (from.isDynamicDim(dim) && !to.isDynamicDim(dim))
      conditions.equal(conditions.sizeOf(cast.getSource(), dim), conditions.sizeOf(cast, dim));
}

void check(tensor::ExpandShapeOp expand) {
  Conditions conditions(expand);
  SmallVector<OpFoldResult> sizes = expand.getMixedOutputShape();
  for (auto [dim, group] : llvm::enumerate(expand.getReassociationIndices()))
    conditions.product(llvm::map_to_vector(group, [&](int64_t i) { return sizes[i]; }), conditions.sizeOf(expand.getSrc(), dim));
}

template <typename OpTy> void checkSlice(OpTy op, Value whole) {
  Conditions conditions(op);
  for (auto [dim, offset, size, stride] : llvm::enumerate(op.getMixedOffsets(), op.getMixedSizes(), op.getMixedStrides()))
    conditions.inside(offset, size, stride, conditions.sizeOf(whole, dim));
}

void check(tensor::InsertSliceOp insert) {
  checkSlice(insert, insert.getDest());
  Conditions conditions(insert);
  llvm::SmallBitVector dropped = insert.getDroppedDims();
  int64_t source = 0;
  for (auto [dim, size] : llvm::enumerate(insert.getMixedSizes()))
    if (!dropped.test(dim))
      conditions.equal(size, conditions.sizeOf(insert.getSource(), source++));
}

struct GraphCheckSizesPass final : impl::GraphCheckSizesPassBase<GraphCheckSizesPass> {
  void runOnOperation() override {
    getOperation().walk([](Operation *op) {
      if (auto structured = dyn_cast<linalg::LinalgOp>(op))
        check(structured);
      else if (auto cast = dyn_cast<tensor::CastOp>(op))
        check(cast);
      else if (auto expand = dyn_cast<tensor::ExpandShapeOp>(op))
        check(expand);
      else if (auto slice = dyn_cast<tensor::ExtractSliceOp>(op))
        checkSlice(slice, slice.getSource());
      else if (auto insert = dyn_cast<tensor::InsertSliceOp>(op))
        check(insert);
    });
    // Most sizes are those of arguments, and then the same: conditions on them fold, and no tensor is kept for its size.
    MLIRContext *context = &getContext();
    RewritePatternSet resolve(context), fold(context);
    memref::populateResolveRankedShapedTypeResultDimsPatterns(resolve);
    arith::CmpIOp::getCanonicalizationPatterns(fold, context);
    cf::AssertOp::getCanonicalizationPatterns(fold, context);
    if (failed(applyPatternsGreedily(getOperation(), std::move(resolve))))
      return signalPassFailure();
    IRRewriter rewriter(context);
    DominanceInfo dominance(getOperation());
    eliminateCommonSubExpressions(rewriter, dominance, getOperation());
    if (failed(applyPatternsGreedily(getOperation(), std::move(fold))))
      signalPassFailure();
  }
};

} // namespace
} // namespace graphopt
