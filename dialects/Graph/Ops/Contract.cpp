//===- Contract.cpp -------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Contract.h"
#include "Graph/Shared/ContractGradient.h"
#include "Graph/Shared/Contraction.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include "llvm/ADT/SmallBitVector.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Contract.ops.inc"

static int64_t rankOf(Value x) { return cast<RankedTensorType>(x.getType()).getRank(); }

/// The axes of x that are neither batch nor summed over, in order.
static SmallVector<int64_t> freeAxes(int64_t rank, ArrayRef<int64_t> batch, ArrayRef<int64_t> axes) {
  SmallVector<int64_t> used(batch);
  used.append(axes.begin(), axes.end());
  return loopsWithout(rank, used);
}

//===--- Shape ------------------------------------------------------------===//

LogicalResult ContractOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType a = context.typeOf(op.getA()), b = context.typeOf(op.getB()), y{{}, a.elementType};
  if (a.elementType != b.elementType) // (C1)
    return context.emitError() << "expected one element type of a and b, got " << a.elementType << " and " << b.elementType;
  if (op.getABatch().size() != op.getBBatch().size() || op.getAAxes().size() != op.getBAxes().size()) // (C2)
    return context.emitError() << "expected axes in pairs, got [" << op.getABatch() << "] x [" << op.getBBatch() << "] and ["
                               << op.getAAxes() << "] x [" << op.getBAxes() << "]";
  auto checkAxes = [&](const SymbolicType &type, ArrayRef<int64_t> batch, ArrayRef<int64_t> axes) -> LogicalResult {
    int64_t rank = static_cast<int64_t>(type.sizes.size());
    llvm::SmallBitVector seen(rank);
    for (ArrayRef<int64_t> list : {batch, axes})
      for (int64_t axis : list) {
        if (axis < 0 || axis >= rank || seen.test(axis)) // (C3)
          return context.emitError() << "expected different axes in [0, " << rank << "), got [" << batch << "] and [" << axes << "]";
        seen.set(axis);
      }
    return success();
  };
  if (failed(checkAxes(a, op.getABatch(), op.getAAxes())) || failed(checkAxes(b, op.getBBatch(), op.getBAxes())))
    return failure();
  auto checkPairs = [&](ArrayRef<int64_t> left, ArrayRef<int64_t> right) -> LogicalResult {
    for (auto [i, j] : llvm::zip(left, right))
      if (!InferContext::canBeEqual(a.sizes[i], b.sizes[j])) // (C4)
        return context.emitError() << "expected axis " << i << " of a and axis " << j << " of b to have one size, got "
                                   << op.getA().getType() << " and " << op.getB().getType();
    return success();
  };
  if (failed(checkPairs(op.getABatch(), op.getBBatch())) || failed(checkPairs(op.getAAxes(), op.getBAxes())))
    return failure();
  for (auto [i, j] : llvm::zip(op.getABatch(), op.getBBatch()))
    y.sizes.push_back(isa<AffineConstantExpr>(b.sizes[j]) ? b.sizes[j] : a.sizes[i]);
  for (int64_t axis : freeAxes(static_cast<int64_t>(a.sizes.size()), op.getABatch(), op.getAAxes()))
    y.sizes.push_back(a.sizes[axis]);
  for (int64_t axis : freeAxes(static_cast<int64_t>(b.sizes.size()), op.getBBatch(), op.getBAxes()))
    y.sizes.push_back(b.sizes[axis]);
  results.push_back(std::move(y));
  return success();
}

/// The loops in order: batch, free axes of a, free axes of b, summed ones.
static Contraction loopsOf(ContractOp op) {
  Contraction c;
  c.lhs.resize(rankOf(op.getA()));
  c.rhs.resize(rankOf(op.getB()));
  for (auto [i, j] : llvm::zip(op.getABatch(), op.getBBatch()))
    c.lhs[i] = c.rhs[j] = c.loops++;
  for (int64_t axis : freeAxes(rankOf(op.getA()), op.getABatch(), op.getAAxes()))
    c.lhs[axis] = c.loops++;
  for (int64_t axis : freeAxes(rankOf(op.getB()), op.getBBatch(), op.getBAxes()))
    c.rhs[axis] = c.loops++;
  c.resultRank = c.loops;
  for (auto [i, j] : llvm::zip(op.getAAxes(), op.getBAxes()))
    c.lhs[i] = c.rhs[j] = c.loops++;
  return c;
}

//===--- Fold -------------------------------------------------------------===//

namespace {
/// contract(transpose(x)) reads x along other axes, where the order of the free axes allows it.
struct FoldTransposes final : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    SmallVector<int64_t> aBatch(op.getABatch()), bBatch(op.getBBatch()), aAxes(op.getAAxes()), bAxes(op.getBAxes());
    Value a = lookThroughTranspose(op.getA(), aBatch, aAxes), b = lookThroughTranspose(op.getB(), bBatch, bAxes);
    if (a == op.getA() && b == op.getB())
      return rewriter.notifyMatchFailure(op, "no operand is a transpose that keeps the order of the free axes");
    rewriter.replaceOpWithNewOp<ContractOp>(op, op.getType(), a, b, aBatch, bBatch, aAxes, bAxes);
    return success();
  }
};
} // namespace

void ContractOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) { patterns.add<FoldTransposes>(context); }

Value graphopt::lookThroughTranspose(Value x, SmallVectorImpl<int64_t> &batch, SmallVectorImpl<int64_t> &axes) {
  auto transpose = x.getDefiningOp<TransposeOp>();
  if (!transpose)
    return x;
  ArrayRef<int64_t> permutation = transpose.getPermutation();
  SmallVector<int64_t> free = freeAxes(rankOf(x), batch, axes);
  for (int64_t &axis : free)
    axis = permutation[axis];
  if (!llvm::is_sorted(free))
    return x;
  for (SmallVectorImpl<int64_t> *list : {&batch, &axes})
    for (int64_t &axis : *list)
      axis = permutation[axis];
  return lookThroughTranspose(transpose.getX(), batch, axes);
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult ContractOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  results.push_back(evaluateContraction(context, *this, loopsOf(*this), operands[0], operands[1]));
  return success(static_cast<bool>(results.back()));
}

//===--- Lower ------------------------------------------------------------===//

FailureOr<SmallVector<Value>> ContractOp::lower(OpBuilder &b, ValueRange operands) {
  auto type = cast<RankedTensorType>(getType());
  return SmallVector<Value>{lowerContraction(b, getLoc(), loopsOf(*this), operands[0], operands[1], type.getElementType(), type)};
}

Cost ContractOp::getCost(int64_t dynamicSize) { return contractionCost(*this, loopsOf(*this), dynamicSize); }
FusionKind ContractOp::getFusionKind() { return FusionKind::contraction; }

//===--- Gradient ---------------------------------------------------------===//

/// `y` transposed so that its axis p becomes axis target[p].
static Value moveAxes(OpBuilder &b, Location loc, Value y, ArrayRef<int64_t> target) {
  SmallVector<int64_t> permutation(target.size());
  for (auto [p, axis] : llvm::enumerate(target))
    permutation[axis] = static_cast<int64_t>(p);
  return llvm::is_sorted(permutation) ? y : TransposeOp::create(b, loc, y, permutation).getResult();
}

SmallVector<Value> graphopt::contractGradient(OpBuilder &b, Location loc, Value a, Value c, Value ct, ArrayRef<int64_t> aBatch,
                                              ArrayRef<int64_t> cBatch, ArrayRef<int64_t> aAxes, ArrayRef<int64_t> cAxes) {
  SmallVector<int64_t> aFree = freeAxes(rankOf(a), aBatch, aAxes), cFree = freeAxes(rankOf(c), cBatch, cAxes);
  auto batchCount = static_cast<int64_t>(aBatch.size()), aCount = static_cast<int64_t>(aFree.size());
  auto batch = llvm::to_vector(llvm::seq<int64_t>(0, batchCount));
  auto ctOfA = llvm::to_vector(llvm::seq<int64_t>(batchCount, batchCount + aCount));
  auto ctOfC = llvm::to_vector(llvm::seq<int64_t>(batchCount + aCount, rankOf(ct)));
  auto partner = [](int64_t axis, ArrayRef<int64_t> axes, ArrayRef<int64_t> others) {
    return others[llvm::find(axes, axis) - axes.begin()];
  };

  // The axes of each product: batch, what is free in ct, and the summed axes in the order that they lie in.
  Value ofA = ContractOp::create(b, loc, ct, c, batch, cBatch, ctOfC, cFree);
  SmallVector<int64_t> target(aBatch);
  llvm::append_range(target, aFree);
  for (int64_t axis : freeAxes(rankOf(c), cBatch, cFree))
    target.push_back(partner(axis, cAxes, aAxes));
  ofA = moveAxes(b, loc, ofA, target);

  Value ofC = ContractOp::create(b, loc, a, ct, aBatch, batch, aFree, ctOfA);
  target.assign(cBatch.begin(), cBatch.end());
  for (int64_t axis : freeAxes(rankOf(a), aBatch, aFree))
    target.push_back(partner(axis, aAxes, cAxes));
  llvm::append_range(target, cFree);
  return {ofA, moveAxes(b, loc, ofC, target)};
}

FailureOr<SmallVector<Value>> ContractOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  if (!isa<FloatType>(getElementTypeOrSelf(getType())))
    return SmallVector<Value>(2);
  return contractGradient(b, getLoc(), getA(), getB(), cotangents[0], getABatch(), getBBatch(), getAAxes(), getBAxes());
}

//===--- Import -----------------------------------------------------------===//

void ContractOp::registerImportRules(ImportRules &) {} // einsum and tensordot expand to it

//===--- Export -----------------------------------------------------------===//

/// What Einsum calls the axes of a, b and the result.
static std::string makeEquation(ContractOp op) {
  char next = 'a';
  auto name = [&](int64_t rank, ArrayRef<int64_t> batch, ArrayRef<int64_t> summed, const std::string &shared) {
    std::string axes(rank, ' ');
    for (auto [i, axis] : llvm::enumerate(llvm::concat<const int64_t>(batch, summed)))
      axes[axis] = shared[i];
    for (char &axis : axes)
      if (axis == ' ')
        axis = next++;
    return axes;
  };
  std::string shared;
  for (size_t i = 0; i < op.getABatch().size() + op.getAAxes().size(); ++i)
    shared += next++;
  std::string a = name(cast<RankedTensorType>(op.getA().getType()).getRank(), op.getABatch(), op.getAAxes(), shared);
  std::string b = name(cast<RankedTensorType>(op.getB().getType()).getRank(), op.getBBatch(), op.getBAxes(), shared);
  std::string result = shared.substr(0, op.getABatch().size());
  for (char axis : a + b)
    if (!StringRef(shared).contains(axis))
      result += axis;
  return a + "," + b + "->" + result;
}

void ContractOp::registerExportRules(ExportRules &rules) {
  rules.onnx<ContractOp>([](ContractOp op, OnnxExport &to) {
    return to.yield(to("Einsum", {to.wide(to[op.getA()]), to.wide(to[op.getB()])}, {{"equation", StringRef(makeEquation(op))}}));
  });
  rules.aten<ContractOp>([](ContractOp op, AtenExport &to) {
    ForeignArg::List operands = {to[op.getA()], to[op.getB()]};
    return to.yield(to("einsum.default", {StringRef(makeEquation(op)), operands}, {}, getElementTypeOrSelf(op.getType())));
  });
}
