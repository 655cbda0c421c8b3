//===- BatchNorm.cpp ------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/BatchNorm.h"
#include "Graph/Shared/DecompositionGradient.h"
#include "Graph/Shared/OpSupport.h"
#include "Graph/Shared/Weights.h"
#include "graph-opt/Dialect/Graph/Ops/Convolution.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/Linear.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/BatchNorm.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult BatchNormOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType x = context.typeOf(op.getX());
  if (x.sizes.size() < 2) // (C1)
    return context.emitError() << "expected x of rank 2 or more, got " << op.getX().getType();
  for (Value vector : op.getOperands().drop_front()) {
    SymbolicType type = context.typeOf(vector);
    if (type.sizes.size() != 1 || !InferContext::canBeEqual(type.sizes[0], x.sizes[1])) // (C2)
      return context.emitError() << "expected vectors of the size of x's axis 1, got " << vector.getType() << " for "
                                 << op.getX().getType();
  }
  results.push_back(std::move(x));
  return success();
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult BatchNormOp::evaluate(EvalContext &, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &x = operands[0];
  int64_t channels = x.getDim(1), inner = *checkedNumElements(x.getShape().drop_front(2));
  SmallVector<SmallVector<double>> vectors; // mean, variance, weight, bias
  for (const TensorValue &operand : operands.drop_front()) {
    if (operand.getDim(0) != channels)
      return emitOpError() << "expected vectors of size " << channels << ", got " << operand.getDim(0);
    visitElementType(operand.getElementType(), [&](auto tag) {
      using T = typename decltype(tag)::type;
      if constexpr (std::is_floating_point_v<ComputeType<T>>)
        vectors.push_back(
            llvm::map_to_vector(operand.get<T>(), [](T value) { return static_cast<double>(static_cast<ComputeType<T>>(value)); }));
    });
  }
  double epsilon = getEpsilon().convertToDouble();
  TensorValue y(x.getElementType(), x.getShape());
  visitElementType(x.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using C = ComputeType<T>;
    if constexpr (std::is_floating_point_v<C>)
      for (int64_t i = 0, count = x.getNumElements(); i < count; ++i) {
        int64_t c = i / inner % channels;
        double value = (static_cast<C>(x.get<T>()[i]) - vectors[0][c]) / std::sqrt(vectors[1][c] + epsilon);
        value = getWeight() ? value * vectors[2][c] : value;
        y.getMutable<T>()[i] = static_cast<T>(static_cast<C>(getBias() ? value + vectors.back()[c] : value));
      }
  });
  results.push_back(std::move(y));
  return success();
}

//===--- Decompose --------------------------------------------------------===//

namespace {
/// What the op does to a channel, in the compute type of x: vectors.
struct Channel {
  Expr mean, scale;
  std::optional<Expr> bias;
  Channel(ExprBuilder &g, BatchNormOp op) {
    Type compute = getComputeType(getElementTypeOrSelf(op.getType()));
    mean = g.cast(g(op.getMean()), compute);
    scale = rsqrt(g.cast(g(op.getVariance()), compute) + op.getEpsilon().convertToDouble());
    if (op.getWeight())
      scale = scale * g.cast(g(op.getWeight()), compute);
    if (op.getBias())
      bias = g.cast(g(op.getBias()), compute);
  }
  /// The bias of `x * scale + shift`.
  Expr shift() const { return bias ? *bias - mean * scale : -(mean * scale); }
};

/// A vector with axes of size 1 after it, `rank` in all: it broadcasts along the axis that is `rank` from the end.
Expr columns(Expr vector, int64_t rank) { return vector.g->unsqueeze(vector, llvm::to_vector(llvm::seq<int64_t>(1, rank))); }
} // namespace

FailureOr<SmallVector<Value>> BatchNormOp::decompose(OpBuilder &b) {
  ExprBuilder g(b, getLoc());
  Channel channel(g, *this);
  Type element = getElementTypeOrSelf(getType());
  int64_t rank = cast<RankedTensorType>(getType()).getRank() - 1;
  Expr y = (g.cast(g(getX()), getComputeType(element)) - columns(channel.mean, rank)) * columns(channel.scale, rank);
  if (channel.bias)
    y = y + columns(*channel.bias, rank);
  return SmallVector<Value>{g.cast(y, element)};
}

Cost BatchNormOp::getCost(int64_t dynamicSize) { return defaultCost(*this, dynamicSize, 4); }

FailureOr<SmallVector<Value>> BatchNormOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  return gradientOfDecomposition(*this, b, cotangents, [&](OpBuilder &at) { return decompose(at); });
}

//===--- Fold -------------------------------------------------------------===//

namespace {
/// normalise(convolve(x, w) + r) = convolve(x, w * scale) + (r * scale + shift), and the same of a dense layer: nothing is left of it but a
/// bias, once the weights are folded.
struct FoldIntoProduct final : OpRewritePattern<BatchNormOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(BatchNormOp op, PatternRewriter &rewriter) const override {
    if (getElementTypeOrSelf(op.getType()).getIntOrFloatBitWidth() < 32)
      return rewriter.notifyMatchFailure(op, "scaled weights would be rounded to 16 bits");
    if (!llvm::all_of(op->getOperands().drop_front(), isWeight))
      return rewriter.notifyMatchFailure(op, "the statistics are not known before the model runs");
    Value product = op.getX(), added;
    if (auto add = product.getDefiningOp<AddOp>(); add && add->hasOneUse()) {
      bool onRight = isWeight(add.getB());
      if (!onRight && !isWeight(add.getA()))
        return rewriter.notifyMatchFailure(op, "what is added before it is not known before the model runs");
      product = onRight ? add.getA() : add.getB();
      added = onRight ? add.getB() : add.getA();
      if (product.getType() != op.getX().getType())
        return rewriter.notifyMatchFailure(op, "the bias stretches the product");
    }
    if (!product.hasOneUse())
      return rewriter.notifyMatchFailure(op, "its operand is needed as it is, too");
    ExprBuilder g(rewriter, op.getLoc());
    int64_t rank = cast<RankedTensorType>(op.getType()).getRank();
    if (auto convolution = product.getDefiningOp<ConvolutionOp>(); convolution && isWeight(convolution.getW())) {
      Channel channel(g, op);
      Expr y =
          g(ConvolutionOp::create(rewriter, convolution.getLoc(), convolution.getX(), g(convolution.getW()) * columns(channel.scale, rank),
                                  convolution.getStrides(), convolution.getLow(), convolution.getHigh(), convolution.getDilations(),
                                  convolution.getSpread(), convolution.getGroups()));
      Expr shift = columns(channel.shift(), rank - 1);
      rewriter.replaceOp(op, Value(y + (added ? g(added) * columns(channel.scale, rank - 1) + shift : shift)));
      return success();
    }
    if (auto linear = product.getDefiningOp<LinearOp>();
        linear && rank == 2 && llvm::all_of(linear->getOperands().drop_front(), isWeight)) {
      Channel channel(g, op);
      Expr bias = linear.getBias() ? g(linear.getBias()) * channel.scale + channel.shift() : channel.shift();
      Expr y = g(LinearOp::create(rewriter, linear.getLoc(), linear.getX(), g(linear.getWeight()) * columns(channel.scale, 2), bias));
      rewriter.replaceOp(op, Value(added ? y + g(added) * channel.scale : y));
      return success();
    }
    return rewriter.notifyMatchFailure(op, "its operand is no convolution and no dense layer with known weights");
  }
};
} // namespace

void BatchNormOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) { patterns.add<FoldIntoProduct>(context); }

//===--- Import -----------------------------------------------------------===//

// lib/Interop/{Aten/Rules/BatchNorm,Onnx/Rules/Norm}.cpp: the frameworks' may be in training, and have results that only training reads.
void BatchNormOp::registerImportRules(ImportRules &) {}

//===--- Export -----------------------------------------------------------===//

void BatchNormOp::registerExportRules(ExportRules &rules) {
  rules.onnx<BatchNormOp>([](BatchNormOp op, OnnxExport &to) {
    ForeignValue mean = to.wide(to[op.getMean()]), variance = to.wide(to[op.getVariance()]);
    auto vector = [&](Value given, double absent) { // which ONNX doesn't leave out
      return given ? to.wide(to[given]) : to("Expand", {to.number(absent, mean.element), to.shape(mean)});
    };
    return to.yield(to("BatchNormalization", {to.wide(to[op.getX()]), vector(op.getWeight(), 1), vector(op.getBias(), 0), mean, variance},
                       {{"epsilon", op.getEpsilon().convertToDouble()}}));
  });
  rules.aten<BatchNormOp>([](BatchNormOp op, AtenExport &to) {
    return to.yield(to("batch_norm.default", {to[op.getX()], to[op.getWeight()], to[op.getBias()], to[op.getMean()], to[op.getVariance()],
                                              false, 0.1, op.getEpsilon().convertToDouble(), false}));
  });
}
