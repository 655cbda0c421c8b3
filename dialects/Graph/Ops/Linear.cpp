//===- Linear.cpp ---------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Linear.h"
#include "Graph/Shared/ContractGradient.h"
#include "Graph/Shared/Contraction.h"
#include "Graph/Shared/OpSupport.h"
#include "Graph/Shared/Weights.h"
#include "graph-opt/Dialect/Graph/Ops/Contract.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Linear.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult LinearOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType x = context.typeOf(op.getX()), weight = context.typeOf(op.getWeight()), y = x;
  SymbolicType bias = op.getBias() ? context.typeOf(op.getBias()) : SymbolicType{{context.constant(0)}, x.elementType};
  if (x.elementType != weight.elementType || x.elementType != bias.elementType) // (C1)
    return context.emitError() << "expected one element type of all operands, got " << op.getOperands().getTypes();
  if (x.sizes.empty() || weight.sizes.size() != 2 || bias.sizes.size() != 1) // (C2)
    return context.emitError() << "expected x of rank 1 or more, weight of rank 2 and bias of rank 1, got " << op.getOperands().getTypes();
  if (!InferContext::canBeEqual(x.sizes.back(), weight.sizes[1])) // (C3)
    return context.emitError() << "expected x's last size to be weight's, got " << op.getX().getType() << " and "
                               << op.getWeight().getType();
  if (op.getBias() && !InferContext::canBeEqual(weight.sizes[0], bias.sizes[0])) // (C3)
    return context.emitError() << "expected bias to have the first size of weight, got " << op.getBias().getType() << " and "
                               << op.getWeight().getType();
  y.sizes.back() = weight.sizes[0];
  results.push_back(std::move(y));
  return success();
}

static int64_t lastAxis(Value x) { return cast<RankedTensorType>(x.getType()).getRank() - 1; }

static Contraction loopsOf(LinearOp op) {
  int64_t last = lastAxis(op.getX());
  Contraction c{llvm::to_vector(llvm::seq<int64_t>(0, last)), {last, last + 1}, last + 2, last + 1};
  c.lhs.push_back(last + 1);
  return c;
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult LinearOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue *bias = getBias() ? &operands[2] : nullptr;
  if (bias && bias->getDim(0) != operands[1].getDim(0))
    return emitOpError() << "expected bias to have size " << operands[1].getDim(0) << ", got " << bias->getDim(0);
  results.push_back(evaluateContraction(context, *this, loopsOf(*this), operands[0], operands[1], bias));
  return success(static_cast<bool>(results.back()));
}

//===--- Decompose --------------------------------------------------------===//

FailureOr<SmallVector<Value>> LinearOp::decompose(OpBuilder &b) {
  Value y = ContractOp::create(b, getLoc(), getX(), getWeight(), ArrayRef<int64_t>{}, ArrayRef<int64_t>{}, {lastAxis(getX())}, {1});
  if (getBias())
    y = AddOp::create(b, getLoc(), y, getBias());
  return SmallVector<Value>{y};
}

Cost LinearOp::getCost(int64_t dynamicSize) {
  Cost cost = contractionCost(*this, loopsOf(*this), dynamicSize);
  if (getBias())
    cost.flops += std::min(countElements(getType(), dynamicSize), std::numeric_limits<int64_t>::max() - cost.flops);
  return cost;
}

FusionKind LinearOp::getFusionKind() { return FusionKind::contraction; }

//===--- Recognise --------------------------------------------------------===//

namespace {
/// A product with weights whose last axis is summed.
struct RecogniseProduct final : OpRewritePattern<ContractOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(ContractOp op, PatternRewriter &rewriter) const override {
    if (!op.getABatch().empty() || op.getAAxes() != ArrayRef<int64_t>{lastAxis(op.getA())} || op.getBAxes() != ArrayRef<int64_t>{1} ||
        lastAxis(op.getB()) != 1 || !isWeight(op.getB()))
      return rewriter.notifyMatchFailure(op, "no product with weights [out, in]");
    rewriter.replaceOpWithNewOp<LinearOp>(op, op.getType(), op.getA(), op.getB(), Value());
    return success();
  }
};

/// linear(x, w) + bias; a reshape between them that keeps the last axis comes after.
struct RecogniseBias final : OpRewritePattern<AddOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(AddOp op, PatternRewriter &rewriter) const override {
    for (auto [sum, bias] : {std::pair<Value, Value>{op.getA(), op.getB()}, {op.getB(), op.getA()}}) {
      auto reshape = sum.getDefiningOp<ReshapeOp>();
      Value product = reshape ? reshape.getX() : sum;
      auto linear = product.getDefiningOp<LinearOp>();
      if (!linear || linear.getBias() || !product.hasOneUse() || !sum.hasOneUse() || sum.getType() != op.getType() || !isWeight(bias))
        continue;
      auto type = cast<RankedTensorType>(bias.getType());
      auto lastSize = [](Value x) { return cast<RankedTensorType>(x.getType()).getShape().back(); };
      if (type.getRank() != 1 || type.isDynamicDim(0) || lastAxis(sum) < 0 || lastSize(sum) != lastSize(bias) ||
          lastSize(product) != lastSize(bias))
        continue;
      Value y = LinearOp::create(rewriter, op.getLoc(), product.getType(), linear.getX(), linear.getWeight(), bias);
      if (reshape)
        y = ReshapeOp::create(rewriter, op.getLoc(), op.getType(), y, reshape.getSizes(), reshape.getStaticSizesAttr());
      rewriter.replaceOp(op, y);
      return success();
    }
    return rewriter.notifyMatchFailure(op, "no dense layer and its bias");
  }
};

/// linear(reshape(x)) = reshape(linear(x)) where the last axis stays: behind it, it meets the reshape that goes back.
struct MoveReshapeBehind final : OpRewritePattern<LinearOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(LinearOp op, PatternRewriter &rewriter) const override {
    auto reshape = op.getX().getDefiningOp<ReshapeOp>();
    auto weight = cast<RankedTensorType>(op.getWeight().getType());
    if (!reshape || !isWeight(op.getWeight()) || weight.isDynamicDim(0))
      return rewriter.notifyMatchFailure(op, "no reshape before a dense layer of known size");
    auto from = cast<RankedTensorType>(reshape.getX().getType()), to = cast<RankedTensorType>(reshape.getType());
    if (from.getRank() == 0 || from.isDynamicDim(from.getRank() - 1) || from.getShape().back() != to.getShape().back() ||
        from.getShape().back() == 0)
      return rewriter.notifyMatchFailure(op, "the reshape changes the last axis");
    SmallVector<OpFoldResult> sizes = reshape.getMixedSizes();
    sizes.back() = rewriter.getIndexAttr(weight.getDimSize(0));
    Value y = LinearOp::create(rewriter, op.getLoc(), reshape.getX(), op.getWeight(), op.getBias());
    y = ReshapeOp::create(rewriter, op.getLoc(), y, sizes);
    if (y.getType() != op.getType())
      y = tensor::CastOp::create(rewriter, op.getLoc(), op.getType(), y);
    rewriter.replaceOp(op, y);
    return success();
  }
};
} // namespace

void LinearOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) {
  patterns.add<RecogniseProduct, RecogniseBias, MoveReshapeBehind>(context);
}

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> LinearOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  if (!isa<FloatType>(getElementTypeOrSelf(getType())))
    return SmallVector<Value>(getNumOperands());
  SmallVector<Value> results = contractGradient(b, getLoc(), getX(), getWeight(), cotangents[0], {}, {}, {lastAxis(getX())}, {1});
  if (getBias()) {
    ExprBuilder g(b, getLoc());
    results.push_back(g.sum(g(cotangents[0]), llvm::to_vector(llvm::seq<int64_t>(0, lastAxis(getX()))), /*keepDims=*/false));
  }
  return results;
}

//===--- Import -----------------------------------------------------------===//

void LinearOp::registerImportRules(ImportRules &rules) {
  rules.aten({"linear.default"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("input"), weight = call.tensor("weight");
    FailureOr<Value> bias = call.optionalTensor("bias");
    if (failed(x) || failed(weight) || failed(bias))
      return failure();
    return call.yield(LinearOp::create(call.builder, call.loc, *x, *weight, *bias).getResult());
  });
}

//===--- Export -----------------------------------------------------------===//

void LinearOp::registerExportRules(ExportRules &rules) {
  rules.onnx<LinearOp>([](LinearOp op, OnnxExport &to) {
    ForeignValue x = to.wide(to[op.getX()]), weight = to.wide(to[op.getWeight()]);
    ForeignValue bias = op.getBias() ? to.wide(to[op.getBias()]) : ForeignValue();
    if (cast<RankedTensorType>(op.getX().getType()).getRank() == 2 && x.isFloat())
      return to.yield(to("Gemm", {x, weight, bias}, {{"transB", 1}}));
    ForeignValue y = to("MatMul", {x, to("Transpose", {weight}, {{"perm", ArrayRef<int64_t>{1, 0}}})});
    return to.yield(bias ? to("Add", {y, bias}) : y);
  });
  rules.aten<LinearOp>(
      [](LinearOp op, AtenExport &to) { return to.yield(to("linear.default", {to[op.getX()], to[op.getWeight()], to[op.getBias()]})); });
}
