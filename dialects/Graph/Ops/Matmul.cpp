//===- Matmul.cpp ---------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Matmul.h"
#include "Graph/Shared/ContractGradient.h"
#include "Graph/Shared/Contraction.h"
#include "Graph/Shared/OpSupport.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/Contract.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Matmul.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult MatmulOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType a = context.typeOf(op.getA()), b = context.typeOf(op.getB()), y{{}, a.elementType};
  auto got = [&](InFlightDiagnostic error) {
    return std::move(error << ", got " << op.getA().getType() << " and " << op.getB().getType());
  };
  if (a.elementType != b.elementType) // (C1)
    return got(context.emitError() << "expected one element type of a and b");
  if (a.sizes.empty() || b.sizes.empty()) // (C2)
    return got(context.emitError() << "expected operands of rank 1 or more");
  bool row = a.sizes.size() == 1, column = b.sizes.size() == 1;
  if (!InferContext::canBeEqual(a.sizes.back(), column ? b.sizes.back() : b.sizes[b.sizes.size() - 2])) // (C3)
    return got(context.emitError() << "expected a's last size to be " << (column ? "b's" : "b's last but one"));
  ArrayRef<AffineExpr> aBatch = ArrayRef(a.sizes).drop_back(row ? 1 : 2), bBatch = ArrayRef(b.sizes).drop_back(column ? 1 : 2);
  size_t rank = std::max(aBatch.size(), bBatch.size());
  for (size_t d = 0; d < rank; ++d) {
    auto sizeAt = [&](ArrayRef<AffineExpr> sizes) {
      return d + sizes.size() < rank ? context.constant(1) : sizes[d + sizes.size() - rank];
    };
    AffineExpr size = context.broadcast(sizeAt(aBatch), sizeAt(bBatch));
    if (!size) // (C4)
      return got(context.emitError() << "expected sizes before the last two that broadcast");
    y.sizes.push_back(size);
  }
  if (!row)
    y.sizes.push_back(a.sizes[a.sizes.size() - 2]);
  if (!column)
    y.sizes.push_back(b.sizes.back());
  results.push_back(std::move(y));
  return success();
}

/// The loops in order: batch, rows, columns, and the summed one.
static Contraction loopsOf(RankedTensorType a, RankedTensorType b) {
  bool row = a.getRank() == 1, column = b.getRank() == 1;
  int64_t aBatch = a.getRank() - (row ? 1 : 2), bBatch = b.getRank() - (column ? 1 : 2), batch = std::max(aBatch, bBatch);
  Contraction c;
  auto addBatch = [&](SmallVector<int64_t> &loops, RankedTensorType type, int64_t own, RankedTensorType other, int64_t otherOwn) {
    for (int64_t d = 0; d < own; ++d) {
      int64_t otherAxis = d - own + otherOwn;
      bool stretched = type.getDimSize(d) == 1 && otherAxis >= 0 && other.getDimSize(otherAxis) != 1;
      loops.push_back(stretched ? Contraction::stretched : batch - own + d);
    }
  };
  addBatch(c.lhs, a, aBatch, b, bBatch);
  addBatch(c.rhs, b, bBatch, a, aBatch);
  c.resultRank = batch + (row ? 0 : 1) + (column ? 0 : 1);
  c.loops = c.resultRank + 1;
  if (!row)
    c.lhs.push_back(batch);
  c.lhs.push_back(c.resultRank);
  c.rhs.push_back(c.resultRank);
  if (!column)
    c.rhs.push_back(c.resultRank - 1);
  return c;
}
static Contraction loopsOf(MatmulOp op) {
  return loopsOf(cast<RankedTensorType>(op.getA().getType()), cast<RankedTensorType>(op.getB().getType()));
}

//===--- As a contraction -------------------------------------------------===//

namespace {
struct Axes {
  SmallVector<int64_t> aBatch, bBatch, aAxes, bAxes;
};

/// The same as a `graph.contract`: where no axis is stretched, and the batch axes are either in both operands or in a alone or b is the
/// only one with axes of its own.
std::optional<Axes> asContract(Value a, Value b) {
  Contraction c = loopsOf(cast<RankedTensorType>(a.getType()), cast<RankedTensorType>(b.getType()));
  if (llvm::is_contained(c.lhs, Contraction::stretched) || llvm::is_contained(c.rhs, Contraction::stretched))
    return std::nullopt;
  auto aRank = static_cast<int64_t>(c.lhs.size()), bRank = static_cast<int64_t>(c.rhs.size());
  Axes axes{{}, {}, {aRank - 1}, {std::max<int64_t>(bRank - 2, 0)}};
  if (aRank == 1 || bRank <= 2)
    return axes;
  if (aRank != bRank)
    return std::nullopt;
  axes.aBatch = axes.bBatch = llvm::to_vector(llvm::seq<int64_t>(0, aRank - 2));
  return axes;
}

/// matmul(a, transpose(b)) reads b along other axes. Null where nothing changes.
ContractOp foldTransposes(OpBuilder &builder, Location loc, Value a, Value b) {
  std::optional<Axes> axes = asContract(a, b);
  if (!axes)
    return {};
  Value x = lookThroughTranspose(a, axes->aBatch, axes->aAxes), y = lookThroughTranspose(b, axes->bBatch, axes->bAxes);
  if (x == a && y == b)
    return {};
  return ContractOp::create(builder, loc, x, y, axes->aBatch, axes->bBatch, axes->aAxes, axes->bAxes);
}

struct FoldTransposes final : OpRewritePattern<MatmulOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(MatmulOp op, PatternRewriter &rewriter) const override {
    ContractOp contract = foldTransposes(rewriter, op.getLoc(), op.getA(), op.getB());
    if (!contract)
      return rewriter.notifyMatchFailure(op, "the batch axes are stretched, or no operand is a transpose that can be read in place");
    Value y = contract;
    if (y.getType() != op.getType())
      y = tensor::CastOp::create(rewriter, op.getLoc(), op.getType(), y);
    rewriter.replaceOp(op, y);
    return success();
  }
};
} // namespace

Value graphopt::buildMatmul(OpBuilder &b, Location loc, Value a, Value other) {
  ContractOp contract = foldTransposes(b, loc, a, other);
  return contract ? contract.getResult() : MatmulOp::create(b, loc, a, other).getResult();
}

void MatmulOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) { patterns.add<FoldTransposes>(context); }

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult MatmulOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  results.push_back(evaluateContraction(context, *this, loopsOf(*this), operands[0], operands[1]));
  return success(static_cast<bool>(results.back()));
}

//===--- Lower ------------------------------------------------------------===//

FailureOr<SmallVector<Value>> MatmulOp::lower(OpBuilder &b, ValueRange operands) {
  auto type = cast<RankedTensorType>(getType());
  return SmallVector<Value>{lowerContraction(b, getLoc(), loopsOf(*this), operands[0], operands[1], type.getElementType(), type)};
}

Cost MatmulOp::getCost(int64_t dynamicSize) { return contractionCost(*this, loopsOf(*this), dynamicSize); }
FusionKind MatmulOp::getFusionKind() { return FusionKind::contraction; }

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> MatmulOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  if (!isa<FloatType>(getElementTypeOrSelf(getType())))
    return SmallVector<Value>(2);
  Location loc = getLoc();
  if (std::optional<Axes> axes = asContract(getA(), getB()))
    return contractGradient(b, loc, getA(), getB(), cotangents[0], axes->aBatch, axes->bBatch, axes->aAxes, axes->bAxes);
  // Stretch both operands to the whole batch, and sum their cotangents over what was stretched. Here b has rank 3 or more, or a has.
  Contraction c = loopsOf(*this);
  bool column = c.rhs.size() == 1;
  int64_t batch = c.resultRank - (column ? 1 : 2);
  ExprBuilder g(b, loc);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, cotangents[0]);
  auto stretch = [&](Value x, unsigned own) {
    SmallVector<OpFoldResult> wanted(ArrayRef(sizes).take_front(batch)), inner = tensor::getMixedSizes(b, loc, x);
    wanted.append(inner.end() - own, inner.end());
    return BroadcastOp::create(b, loc, x, wanted).getResult();
  };
  auto all = llvm::to_vector(llvm::seq<int64_t>(0, batch));
  SmallVector<Value> whole =
      contractGradient(b, loc, stretch(getA(), 2), stretch(getB(), column ? 1 : 2), cotangents[0], all, all, {batch + 1}, {batch});
  return unbroadcast(*this, g(whole));
}

//===--- Import -----------------------------------------------------------===//

void MatmulOp::registerImportRules(ImportRules &rules) {
  auto rule = [](StringRef aName, StringRef bName) {
    return [aName, bName](ImportCall &call) -> LogicalResult {
      auto a = call.tensor(aName), b = call.tensor(bName);
      if (failed(a) || failed(b))
        return failure();
      return call.yield(MatmulOp::create(call.builder, call.loc, *a, *b).getResult());
    };
  };
  rules.aten({"matmul.default"}, rule("self", "other"));
  rules.aten({"mm.default", "bmm.default"}, rule("self", "mat2"));
  rules.aten({"mv.default"}, rule("self", "vec"));
  rules.aten({"dot.default"}, rule("self", "tensor"));
  rules.onnx({"MatMul"}, rule("A", "B"));
}

//===--- Export -----------------------------------------------------------===//

void MatmulOp::registerExportRules(ExportRules &rules) {
  rules.onnx<MatmulOp>(
      [](MatmulOp op, OnnxExport &to) { return to.yield(to("MatMul", {to.wide(to[op.getA()]), to.wide(to[op.getB()])})); });
  rules.aten<MatmulOp>([](MatmulOp op, AtenExport &to) { return to.yield(to("matmul.default", {to[op.getA()], to[op.getB()]})); });
}
