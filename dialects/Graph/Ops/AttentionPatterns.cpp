//===- AttentionPatterns.cpp - attention written as products --------------===//
//
// Exporters that decompose, and models that spell attention out, have two products around a softmax, with factors on the scores or on the
// operands, and a mask that is added or selects. They become one op again.
//
//===----------------------------------------------------------------------===//
#include "Graph/Shared/OpSupport.h"
#include "graph-opt/Dialect/Graph/Ops/Attention.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/Compare.h"
#include "graph-opt/Dialect/Graph/Ops/Contract.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
#include "graph-opt/Dialect/Graph/Ops/Matmul.h"
#include "graph-opt/Dialect/Graph/Ops/Reduce.h"
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "graph-opt/Dialect/Graph/Ops/Select.h"
#include "graph-opt/Dialect/Graph/Ops/Softmax.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

static ArrayRef<int64_t> shapeOf(Value x) { return cast<RankedTensorType>(x.getType()).getShape(); }
static int64_t rankOf(Value x) { return static_cast<int64_t>(shapeOf(x).size()); }

/// The number that all elements of x are, if that is known.
static std::optional<double> splatOf(Value x) {
  while (Operation *op = x.getDefiningOp()) {
    if (!isa<BroadcastOp, ReshapeOp>(op))
      break;
    x = op->getOperand(0);
  }
  DenseFPElementsAttr elements;
  if (!matchPattern(x, m_Constant(&elements)) || !elements.isSplat())
    return std::nullopt;
  return elements.getSplatValue<APFloat>().convertToDouble();
}

static bool isNever(Value x) { return splatOf(x) == -std::numeric_limits<double>::infinity(); }

namespace {
/// A sum of products along one axis, the axes of each operand in the order batch, free, summed.
struct Product {
  Value a, b;
  SmallVector<int64_t> aOrder, bOrder;

  static std::optional<Product> of(Value value);
  /// The operand with its axes in that order; `swapped` has the free one last.
  static Value arrange(OpBuilder &b, Value x, SmallVector<int64_t> order, bool swapped);
};
} // namespace

std::optional<Product> Product::of(Value value) {
  if (auto matmul = value.getDefiningOp<MatmulOp>()) {
    int64_t rank = rankOf(matmul.getA());
    if (rank < 2 || rankOf(matmul.getB()) != rank)
      return std::nullopt;
    Product product{matmul.getA(), matmul.getB(), llvm::to_vector(llvm::seq<int64_t>(0, rank)), {}};
    product.bOrder = product.aOrder;
    std::swap(product.bOrder[rank - 1], product.bOrder[rank - 2]);
    return product;
  }
  auto contract = value.getDefiningOp<ContractOp>();
  if (!contract || contract.getAAxes().size() != 1)
    return std::nullopt;
  auto order = [](Value x, ArrayRef<int64_t> batch, int64_t summed) -> SmallVector<int64_t> {
    SmallVector<int64_t> axes(batch);
    for (int64_t axis = 0, rank = rankOf(x); axis < rank; ++axis)
      if (axis != summed && !llvm::is_contained(batch, axis))
        axes.push_back(axis);
    axes.push_back(summed);
    return axes;
  };
  Product product{contract.getA(), contract.getB(), order(contract.getA(), contract.getABatch(), contract.getAAxes()[0]),
                  order(contract.getB(), contract.getBBatch(), contract.getBAxes()[0])};
  size_t rank = contract.getABatch().size() + 2; // one free axis each
  if (product.aOrder.size() != rank || product.bOrder.size() != rank)
    return std::nullopt;
  return product;
}

Value Product::arrange(OpBuilder &b, Value x, SmallVector<int64_t> order, bool swapped) {
  if (swapped)
    std::swap(order[order.size() - 1], order[order.size() - 2]);
  return llvm::is_sorted(order) ? x : TransposeOp::create(b, x.getLoc(), x, order).getResult();
}

/// x without constant factors, which `scale` is multiplied by.
static Value withoutFactors(Value x, double &scale) {
  while (Operation *op = x.getDefiningOp()) {
    bool isQuotient = isa<DivOp>(op);
    if (!isQuotient && !isa<MulOp>(op))
      break;
    Value factor = op->getOperand(1), rest = op->getOperand(0);
    if (!isQuotient && !splatOf(factor))
      std::swap(factor, rest);
    std::optional<double> number = splatOf(factor);
    if (!number || *number == 0 || !std::isfinite(*number) || rest.getType() != x.getType())
      break;
    scale = isQuotient ? scale / *number : scale * *number;
    x = rest;
  }
  return x;
}

/// Whether `condition` holds for the rows of x (with the last axis of size 1) that are all -infinity.
static bool isEmptyRow(Value condition, Value x) {
  auto isMaximum = [&](Value value, llvm::function_ref<bool(Value)> of) {
    auto maximum = value.getDefiningOp<ReduceMaxOp>();
    return maximum && maximum.getKeepDims() && maximum.getAxes() == ArrayRef<int64_t>{rankOf(maximum.getX()) - 1} && of(maximum.getX());
  };
  auto isEqualToNever = [](Value value, llvm::function_ref<bool(Value)> what) {
    auto equal = value.getDefiningOp<EqOp>();
    return equal && isNever(equal.getB()) && what(equal.getA());
  };
  auto isX = [&](Value value) { return value == x; };
  if (isEqualToNever(condition, [&](Value value) { return isMaximum(value, isX); }))
    return true;
  // not any(not (x == -infinity)), as torch decomposes it.
  auto isNot = [](Value value, llvm::function_ref<bool(Value)> what) {
    auto op = value.getDefiningOp<NotOp>();
    return op && what(op.getX());
  };
  return isNot(condition, [&](Value any) {
    return isMaximum(any, [&](Value value) { return isNot(value, [&](Value equal) { return isEqualToNever(equal, isX); }); });
  });
}

namespace {
/// Scores before a mask, and the mask: one to add, or of truth values.
struct Masked {
  Value scores, mask;
  bool isInverted = false; ///< it says where not to look
};
} // namespace

/// What `scores` may be made of. The mask does not stretch them.
static SmallVector<Masked> formsOf(Value scores) {
  SmallVector<Masked> forms = {{scores, {}}};
  if (auto add = scores.getDefiningOp<AddOp>())
    forms.append({{add.getA(), add.getB()}, {add.getB(), add.getA()}});
  if (auto choice = scores.getDefiningOp<SelectOp>()) {
    if (isNever(choice.getB()))
      forms.push_back({choice.getA(), choice.getCondition()});
    if (isNever(choice.getA()))
      forms.push_back({choice.getB(), choice.getCondition(), true});
  }
  llvm::erase_if(forms, [&](const Masked &form) { return form.scores.getType() != scores.getType(); });
  return forms;
}

/// Whether a reshape between the types only joins the axes before the last two into one, or splits it: where one of the last two sizes is
/// not known, all the others say that it is the same.
static bool joinsBatch(RankedTensorType apart, RankedTensorType joined) {
  ArrayRef<int64_t> from = apart.getShape(), to = joined.getShape();
  if (from.size() < 4 || to.size() != 3 || from.take_back(2) != to.take_back(2))
    return false;
  auto unknown = llvm::count(to.take_back(2), ShapedType::kDynamic);
  bool isBatchKnown = !ShapedType::isDynamicShape(from.drop_back(2)) && !ShapedType::isDynamic(to[0]) && to[0] != 0;
  return (unknown == 0 && !llvm::is_contained(to, 0)) || (unknown == 1 && isBatchKnown);
}

/// The reshape before x that joins the batch, or splits it.
static ReshapeOp reshapeOfBatch(Value x, bool isJoining) {
  auto reshape = x.getDefiningOp<ReshapeOp>();
  if (!reshape)
    return {};
  auto from = cast<RankedTensorType>(reshape.getX().getType()), to = cast<RankedTensorType>(x.getType());
  return (isJoining ? joinsBatch(from, to) : joinsBatch(to, from)) ? reshape : ReshapeOp();
}

/// Whether the axes of x before the last two have the sizes `batch`, of which one may be unknown, as the others and their product are the
/// same.
static bool hasBatch(Value x, ArrayRef<int64_t> batch) {
  ArrayRef<int64_t> shape = shapeOf(x);
  return shape.size() == batch.size() + 2 && shape.drop_back(2) == batch && llvm::count(batch, ShapedType::kDynamic) <= 1 &&
         !llvm::is_contained(batch, 0);
}

namespace {
struct RecogniseAttention final : RewritePattern {
  RecogniseAttention(StringRef root, MLIRContext *context) : RewritePattern(root, /*benefit=*/2, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    std::optional<Product> outer = Product::of(op->getResult(0));
    if (!outer || !llvm::is_sorted(outer->aOrder))
      return rewriter.notifyMatchFailure(op, "no product");
    ReshapeOp joining = reshapeOfBatch(outer->a, /*isJoining=*/true);
    Value chosen = joining ? joining.getX() : outer->a, weights = chosen, condition;
    if (auto choice = chosen.getDefiningOp<SelectOp>(); choice && splatOf(choice.getA()) == 0.0) {
      condition = choice.getCondition();
      weights = choice.getB();
    }
    int64_t rank = rankOf(weights);
    auto softmax = weights.getDefiningOp<SoftmaxOp>();
    if (!softmax || static_cast<int64_t>(softmax.getAxis()) + 1 != rank || weights.getType() != chosen.getType())
      return rewriter.notifyMatchFailure(op, "the weights are no softmax along the last axis");
    if (!softmax->hasOneUse() || !chosen.hasOneUse() || !outer->a.hasOneUse())
      return rewriter.notifyMatchFailure(op, "something else needs the weights");
    Value scores = softmax.getX();
    if (condition && !isEmptyRow(condition, scores))
      return rewriter.notifyMatchFailure(op, "zeros are chosen for other rows than those without any key");

    double scale = 1;
    std::optional<Product> inner;
    Masked form;
    ReshapeOp splitting;
    for (const Masked &candidate : formsOf(scores)) {
      form = candidate;
      scale = 1;
      Value product = withoutFactors(form.scores, scale);
      splitting = reshapeOfBatch(product, /*isJoining=*/false);
      inner = Product::of(splitting ? splitting.getX() : product);
      if (inner)
        break;
    }
    if (!inner || rankOf(inner->a) != (splitting ? 3 : rank))
      return rewriter.notifyMatchFailure(op, "the scores are no product of one rank");
    ArrayRef<int64_t> leading = shapeOf(weights).drop_back(2);
    SmallVector<OpFoldResult> batch = splitting ? splitting.getMixedSizes() : SmallVector<OpFoldResult>();
    batch.truncate(splitting ? rank - 2 : 0);
    /// An operand of a product with its axes in order, its batch not joined, and of the scores' without factors.
    auto operand = [&](Value x, SmallVector<int64_t> order, bool isValue) -> Value {
      x = isValue ? x : withoutFactors(x, scale);
      if (ReshapeOp join = order[0] == 0 ? reshapeOfBatch(x, /*isJoining=*/true) : ReshapeOp();
          join && rankOf(x) != rank && hasBatch(join.getX(), leading)) {
        x = isValue ? join.getX() : withoutFactors(join.getX(), scale);
        SmallVector<int64_t> wide = llvm::to_vector(llvm::seq<int64_t>(0, rank - 2));
        for (int64_t axis : ArrayRef(order).drop_front())
          wide.push_back(axis + rank - 3);
        order = wide;
      }
      x = Product::arrange(rewriter, x, order, /*swapped=*/isValue);
      SmallVector<OpFoldResult> own = tensor::getMixedSizes(rewriter, op->getLoc(), x), sizes = batch;
      if (batch.empty())
        batch.append(own.begin(), own.end() - 2);
      if (rankOf(x) == rank)
        return x;
      sizes.append(own.end() - 2, own.end());
      return ReshapeOp::create(rewriter, op->getLoc(), x, sizes).getResult();
    };
    Value query = operand(inner->a, inner->aOrder, false), key = operand(inner->b, inner->bOrder, false);
    Value value = operand(outer->b, outer->bOrder, true);
    if (form.isInverted)
      form.mask = NotOp::create(rewriter, op->getLoc(), form.mask);
    Value y = AttentionOp::create(rewriter, op->getLoc(), query, key, value, form.mask, llvm::APFloat(scale), /*group=*/1, /*causal=*/false,
                                  /*safe=*/static_cast<bool>(condition));
    if (joining) {
      SmallVector<OpFoldResult> sizes = {joining.getMixedSizes()[0]}, own = tensor::getMixedSizes(rewriter, op->getLoc(), y);
      sizes.append(own.end() - 2, own.end());
      y = ReshapeOp::create(rewriter, op->getLoc(), y, sizes);
    }
    if (y.getType() != op->getResult(0).getType())
      y = tensor::CastOp::create(rewriter, op->getLoc(), op->getResult(0).getType(), y);
    rewriter.replaceOp(op, y);
    return success();
  }
};

/// Heads of key and value that are repeated, one for each head of query that they serve, are so by `group`.
struct FoldRepeatedHeads final : OpRewritePattern<AttentionOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AttentionOp op, PatternRewriter &rewriter) const override {
    int64_t group = 1, groupOfValue = 1;
    Value key = withoutRepeats(op.getKey(), group), value = withoutRepeats(op.getValue(), groupOfValue);
    if (op.getGroup() != 1 || !key || !value || group != groupOfValue)
      return rewriter.notifyMatchFailure(op, "key and value are not repeated alike");
    if (shapeOf(op.getQuery())[rankOf(key) - 4] != shapeOf(op.getKey())[rankOf(key) - 4])
      return rewriter.notifyMatchFailure(op, "the heads are stretched");
    auto dropOne = [&](Value x) {
      SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(rewriter, op.getLoc(), x);
      sizes.erase(sizes.end() - 3);
      return ReshapeOp::create(rewriter, op.getLoc(), x, sizes).getResult();
    };
    rewriter.replaceOpWithNewOp<AttentionOp>(op, op.getType(), op.getQuery(), dropOne(key), dropOne(value), op.getMask(), op.getScaleAttr(),
                                             rewriter.getI64IntegerAttr(group), op.getCausalAttr(), op.getSafeAttr());
    return success();
  }

private:
  /// [..., h, 1, s, d] where x is it, broadcast to [..., h, group, s, d], with both axes joined; null elsewhere.
  static Value withoutRepeats(Value x, int64_t &group) {
    auto join = x.getDefiningOp<ReshapeOp>();
    auto repeat = join ? join.getX().getDefiningOp<BroadcastOp>() : BroadcastOp();
    int64_t rank = rankOf(x), axis = rank - 2; // of `group`
    if (!repeat || rank < 3 || rankOf(repeat) != rank + 1 || rankOf(repeat.getX()) != rank + 1)
      return {};
    ArrayRef<int64_t> one = shapeOf(repeat.getX()), many = shapeOf(repeat);
    SmallVector<OpFoldResult> joined = join.getMixedSizes(),
                              apart = getMixedValues(repeat.getStaticSizes(), repeat.getSizes(), x.getContext());
    group = many[axis];
    if (one[axis] != 1 || ShapedType::isDynamic(group) || group < 1 || ShapedType::isDynamic(many[axis - 1]) ||
        shapeOf(x)[axis - 1] != many[axis - 1] * group)
      return {};
    for (int64_t d = 0; d < rank; ++d) { // the others stay as they are
      int64_t source = d < axis ? d : d + 1;
      bool isSame = d == axis - 1 || joined[d] == apart[source] || (!ShapedType::isDynamic(many[source]) && shapeOf(x)[d] == many[source]);
      if (!isSame || one[source] != many[source])
        return {};
    }
    return repeat.getX();
  }
};
} // namespace

void AttentionOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add(std::make_unique<RecogniseAttention>(MatmulOp::getOperationName(), context));
  patterns.add(std::make_unique<RecogniseAttention>(ContractOp::getOperationName(), context));
  patterns.add<FoldRepeatedHeads>(context);
}
