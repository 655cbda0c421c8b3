//===- AttentionPatterns.cpp - attention written as products --------------===//
//
// Exporters that decompose, and models that spell attention out, have two products around a softmax, with factors on the scores or on the
// operands, and a mask that is added or selects. They become one op again.
//
//===----------------------------------------------------------------------===//
#include "Graph/Shared/OpSupport.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

static int64_t rankOf(Value x) { return cast<RankedTensorType>(x.getType()).getRank(); }

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

namespace {
struct RecogniseAttention final : RewritePattern {
  RecogniseAttention(StringRef root, MLIRContext *context) : RewritePattern(root, /*benefit=*/2, context) {}

  LogicalResult matchAndRewrite(Operation *op, PatternRewriter &rewriter) const override {
    std::optional<Product> outer = Product::of(op->getResult(0));
    if (!outer || !llvm::is_sorted(outer->aOrder) || !outer->a.hasOneUse())
      return rewriter.notifyMatchFailure(op, "no product of weights that are used once");
    Value weights = outer->a, condition;
    if (auto choice = weights.getDefiningOp<SelectOp>(); choice && splatOf(choice.getA()) == 0.0) {
      condition = choice.getCondition();
      weights = choice.getB();
    }
    auto softmax = weights.getDefiningOp<SoftmaxOp>();
    if (!softmax || !softmax->hasOneUse() || static_cast<int64_t>(softmax.getAxis()) + 1 != rankOf(weights) ||
        weights.getType() != outer->a.getType())
      return rewriter.notifyMatchFailure(op, "the weights are no softmax along the last axis");
    Value scores = softmax.getX();
    if (condition && !isEmptyRow(condition, scores))
      return rewriter.notifyMatchFailure(op, "zeros are chosen for other rows than those without any key");

    double scale = 1;
    std::optional<Product> inner;
    Masked form;
    for (const Masked &candidate : formsOf(scores))
      if (!inner) {
        form = candidate;
        scale = 1;
        inner = Product::of(withoutFactors(form.scores, scale));
      }
    if (!inner || rankOf(inner->a) != rankOf(outer->a))
      return rewriter.notifyMatchFailure(op, "the scores are no product of one rank");
    Value query = withoutFactors(inner->a, scale), key = withoutFactors(inner->b, scale);
    if (form.isInverted)
      form.mask = NotOp::create(rewriter, op->getLoc(), form.mask);
    auto attention = AttentionOp::create(rewriter, op->getLoc(), Product::arrange(rewriter, query, inner->aOrder, false),
                                         Product::arrange(rewriter, key, inner->bOrder, false),
                                         Product::arrange(rewriter, outer->b, outer->bOrder, true), form.mask, llvm::APFloat(scale),
                                         /*group=*/1, /*causal=*/false,
                                         /*safe=*/static_cast<bool>(condition));
    Value y = attention;
    if (y.getType() != op->getResult(0).getType())
      y = tensor::CastOp::create(rewriter, op->getLoc(), op->getResult(0).getType(), y);
    rewriter.replaceOp(op, y);
    return success();
  }
};
} // namespace

void AttentionOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add(std::make_unique<RecogniseAttention>(MatmulOp::getOperationName(), context));
  patterns.add(std::make_unique<RecogniseAttention>(ContractOp::getOperationName(), context));
}
