//===- Softmax.cpp --------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Softmax.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "Graph/Shared/Reduction.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
#include "graph-opt/Dialect/Graph/Ops/Reduce.h"
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "mlir/IR/PatternMatch.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Softmax.ops.inc"

//===--- Shape ------------------------------------------------------------===//

static LogicalResult inferSoftmax(InferContext &context, Value x, int64_t axis, SmallVectorImpl<SymbolicType> &results) {
  results.push_back(context.typeOf(x));
  if (auto rank = static_cast<int64_t>(results.back().sizes.size()); axis < 0 || axis >= rank) // (C1)
    return context.emitError() << "expected axis in [0, " << rank << "), got " << axis;
  return success();
}

//===--- Evaluate ---------------------------------------------------------===//

static TensorValue evaluateSoftmax(const TensorValue &x, int64_t axis, bool logarithm) {
  TensorValue y(x.getElementType(), x.getShape());
  // The slices are x[i, :, j] of a view of x with three axes.
  int64_t size = x.getDim(axis), inner = 1;
  for (int64_t d = axis + 1; d < x.getRank(); ++d)
    inner *= x.getDim(d);
  int64_t slices = size == 0 ? 0 : x.getNumElements() / size;
  visitElementType(x.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using C = ComputeType<T>;
    if constexpr (std::is_floating_point_v<C>) {
      for (int64_t slice = 0; slice < slices; ++slice) {
        const T *in = x.get<T>().data() + slice / inner * inner * size + slice % inner;
        T *out = y.getMutable<T>().data() + slice / inner * inner * size + slice % inner;
        double greatest = -std::numeric_limits<double>::infinity(), sum = 0;
        for (int64_t i = 0; i < size; ++i)
          greatest = total::max<double>(greatest, static_cast<C>(in[i * inner]));
        for (int64_t i = 0; i < size; ++i)
          sum += std::exp(static_cast<C>(in[i * inner]) - greatest);
        for (int64_t i = 0; i < size; ++i) {
          double shifted = static_cast<C>(in[i * inner]) - greatest;
          out[i * inner] = static_cast<T>(static_cast<C>(logarithm ? shifted - std::log(sum) : std::exp(shifted) / sum));
        }
      }
    }
  });
  return y;
}

//===--- Decompose and lower ----------------------------------------------===//

static Value decomposeSoftmax(OpBuilder &b, Location loc, Value x, int64_t axis, bool logarithm) {
  ExprBuilder g(b, loc);
  Type element = getElementTypeOrSelf(x.getType());
  Expr wide = g.cast(g(x), getComputeType(element));
  Expr shifted = wide - g.reduceMax(wide, {axis}, /*keepDims=*/true), powers = exp(shifted);
  Expr sum = g.sum(powers, {axis}, /*keepDims=*/true);
  return g.cast(logarithm ? shifted - log(sum) : powers / sum, element);
}

/// Four loop nests over rows, without unit axes between them: max, exp, sum, and the quotient or difference.
static Value lowerSoftmax(OpBuilder &b, Location loc, Value x, int64_t axis, bool logarithm) {
  auto type = cast<RankedTensorType>(x.getType());
  Type element = type.getElementType(), compute = getComputeType(element);
  int64_t rank = type.getRank();
  AffineMap all = b.getMultiDimIdentityMap(rank), row = mapOfLoops(b.getContext(), rank, loopsWithout(rank, {axis}));
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, x), rows = sizes;
  rows.erase(rows.begin() + axis);
  ScalarBuilder scalar(b, loc, element);
  auto accumulate = [&](Value of, ReductionKind kind) {
    return buildAccumulation(b, loc, rows, reductionIdentity(scalar, element, kind), of, all, row,
                             [&](OpBuilder &nested, Location at, Value accumulator, ValueRange args) {
                               ScalarBuilder s(nested, at, compute);
                               return combine(s, kind, accumulator, args[0]);
                             });
  };
  Value greatest = accumulate(x, ReductionKind::max);
  Value powers = buildElements(b, loc, sizes, compute, {x, greatest}, {all, row}, [&](OpBuilder &nested, Location at, ValueRange args) {
    ScalarBuilder s(nested, at, compute);
    return s.unary<math::ExpOp>(s.sub(args[0], args[1]));
  });
  Value sum = accumulate(powers, ReductionKind::sum);
  if (!logarithm)
    return buildElements(b, loc, sizes, element, {powers, sum}, {all, row}, [&](OpBuilder &nested, Location at, ValueRange args) {
      return ScalarBuilder(nested, at, compute).div(args[0], args[1]);
    });
  return buildElements(b, loc, sizes, element, {x, greatest, sum}, {all, row, row}, [&](OpBuilder &nested, Location at, ValueRange args) {
    ScalarBuilder s(nested, at, compute);
    return s.sub(s.sub(args[0], args[1]), s.unary<math::LogOp>(args[2]));
  });
}

//===--- Gradient ---------------------------------------------------------===//

static Value softmaxGradient(OpBuilder &b, Location loc, Value value, Value cotangent, int64_t axis, bool logarithm) {
  ExprBuilder g(b, loc);
  Expr y = g(value), ct = g(cotangent);
  return logarithm ? ct - exp(y) * g.sum(ct, {axis}, /*keepDims=*/true) : y * (ct - g.sum(ct * y, {axis}, /*keepDims=*/true));
}

#define GRAPH_SOFTMAX(Op, logarithm)                                                                                                       \
  LogicalResult Op::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {                                     \
    return inferSoftmax(context, op.getX(), op.getAxis(), results);                                                                        \
  }                                                                                                                                        \
  LogicalResult Op::evaluate(EvalContext &, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {                       \
    results.push_back(evaluateSoftmax(operands[0], getAxis(), logarithm));                                                                 \
    return success();                                                                                                                      \
  }                                                                                                                                        \
  FailureOr<SmallVector<Value>> Op::decompose(OpBuilder &b) {                                                                              \
    return SmallVector<Value>{decomposeSoftmax(b, getLoc(), getX(), getAxis(), logarithm)};                                                \
  }                                                                                                                                        \
  FailureOr<SmallVector<Value>> Op::lower(OpBuilder &b, ValueRange operands) {                                                             \
    return SmallVector<Value>{lowerSoftmax(b, getLoc(), operands[0], getAxis(), logarithm)};                                               \
  }                                                                                                                                        \
  Cost Op::getCost(int64_t dynamicSize) { return defaultCost(*this, dynamicSize, 15); }                                                    \
  FusionKind Op::getFusionKind() {                                                                                                         \
    bool last = static_cast<int64_t>(getAxis()) + 1 == cast<RankedTensorType>(getType()).getRank();                                        \
    return last ? FusionKind::rowwise : FusionKind::none;                                                                                  \
  }                                                                                                                                        \
  FailureOr<SmallVector<Value>> Op::buildGradient(OpBuilder &b, ValueRange cotangents) {                                                   \
    return SmallVector<Value>{softmaxGradient(b, getLoc(), getY(), cotangents[0], getAxis(), logarithm)};                                  \
  }

GRAPH_SOFTMAX(SoftmaxOp, false)
GRAPH_SOFTMAX(LogSoftmaxOp, true)

//===--- Recognise --------------------------------------------------------===//

namespace {
/// powers / sum(powers) with powers = exp(x - max(x)).
struct RecogniseSoftmax final : OpRewritePattern<DivOp> {
  using OpRewritePattern::OpRewritePattern;
  LogicalResult matchAndRewrite(DivOp op, PatternRewriter &rewriter) const override {
    auto powers = op.getA().getDefiningOp<ExpOp>();
    auto sum = op.getB().getDefiningOp<ReduceSumOp>();
    auto shifted = powers ? powers.getX().getDefiningOp<SubOp>() : SubOp();
    auto greatest = shifted ? shifted.getB().getDefiningOp<ReduceMaxOp>() : ReduceMaxOp();
    if (!sum || !greatest || sum.getX() != powers.getResult() || greatest.getX() != shifted.getA())
      return rewriter.notifyMatchFailure(op, "no quotient of powers and their sum");
    if (sum.getAxes().size() != 1 || sum.getAxes() != greatest.getAxes() || !sum.getKeepDims() || !greatest.getKeepDims())
      return rewriter.notifyMatchFailure(op, "maximum and sum are not along one axis");
    if (isa<Float16Type, BFloat16Type>(getElementTypeOrSelf(op.getType())))
      return rewriter.notifyMatchFailure(op, "each step rounds to 16 bits");
    if (op.getType() != shifted.getA().getType())
      return rewriter.notifyMatchFailure(op, "the result's type says more than the operand's");
    rewriter.replaceOpWithNewOp<SoftmaxOp>(op, shifted.getA(), sum.getAxes()[0]);
    return success();
  }
};
} // namespace

void SoftmaxOp::getCanonicalizationPatterns(RewritePatternSet &patterns, MLIRContext *context) { patterns.add<RecogniseSoftmax>(context); }

//===--- Import -----------------------------------------------------------===//

template <typename Op> static void addRules(ImportRules &rules, ArrayRef<StringRef> aten, StringRef onnx) {
  auto rule = [](StringRef xName, StringRef axisName) {
    return [xName, axisName](ImportCall &call) -> LogicalResult {
      auto x = call.tensor(xName);
      if (failed(x))
        return failure();
      int64_t rank = cast<RankedTensorType>(x->getType()).getRank();
      FailureOr<int64_t> axis = call.has(axisName) ? call.axis(axisName, rank) : FailureOr<int64_t>(rank - 1);
      if (failed(axis))
        return failure();
      // softmax(..., dtype=) converts first.
      Value operand = call.resultElementType() ? call.cast(*x, call.resultElementType()) : *x;
      OpBuilder &b = call.builder;
      if (rank > 0)
        return call.yield(Op::create(b, call.loc, operand, *axis).getResult());
      operand = ReshapeOp::create(b, call.loc, operand, ArrayRef<OpFoldResult>{b.getIndexAttr(1)}); // a scalar as a vector of one
      return call.yield(ReshapeOp::create(b, call.loc, Op::create(b, call.loc, operand, int64_t(0)), ArrayRef<OpFoldResult>()).getResult());
    };
  };
  rules.aten(aten, rule("self", "dim"));
  rules.onnx({onnx}, rule("input", "axis"), /*since=*/13); // before, it worked on a matrix made of all axes
}

void SoftmaxOp::registerImportRules(ImportRules &rules) { addRules<SoftmaxOp>(rules, {"softmax.int", "_softmax.default"}, "Softmax"); }
void LogSoftmaxOp::registerImportRules(ImportRules &rules) {
  addRules<LogSoftmaxOp>(rules, {"log_softmax.int", "_log_softmax.default"}, "LogSoftmax");
}

//===--- Export -----------------------------------------------------------===//

template <typename Op> static void addExports(ExportRules &rules, StringRef onnx, StringRef aten) {
  rules.onnx<Op>([onnx](Op op, OnnxExport &to) { return to.yield(to(onnx, {to.wide(to[op.getX()])}, {{"axis", op.getAxis()}})); });
  rules.aten<Op>([aten](Op op, AtenExport &to) { return to.yield(to(aten, {to[op.getX()], op.getAxis()})); });
}

void SoftmaxOp::registerExportRules(ExportRules &rules) { addExports<SoftmaxOp>(rules, "Softmax", "softmax.int"); }
void LogSoftmaxOp::registerExportRules(ExportRules &rules) { addExports<LogSoftmaxOp>(rules, "LogSoftmax", "log_softmax.int"); }
