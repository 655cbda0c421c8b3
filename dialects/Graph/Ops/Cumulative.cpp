//===- Cumulative.cpp -----------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Cumulative.h"
#include "Graph/Shared/Indexing.h"
#include "Graph/Shared/Loops.h"
#include "Graph/Shared/OpSupport.h"
#include "Graph/Shared/Reduction.h"
#include "graph-opt/Dialect/Graph/Ops/Iota.h"
#include "graph-opt/Dialect/Graph/Ops/Reduce.h"
#include "graph-opt/Dialect/Graph/Ops/ScatterReduce.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Cumulative.ops.inc"

//===--- Shape, evaluate and lower, for all rows --------------------------===//

namespace {
LogicalResult inferCumulative(InferContext &context, Value x, int64_t axis, SmallVectorImpl<SymbolicType> &results) {
  SymbolicType type = context.typeOf(x);
  if (auto rank = static_cast<int64_t>(type.sizes.size()); axis < 0 || axis >= rank) // (C1)
    return context.emitError() << "expected axis in [0, " << rank << "), got " << axis;
  results.push_back(std::move(type));
  return success();
}

LogicalResult evaluateCumulative(Operation *op, EvalContext &context, const TensorValue &x, int64_t axis, ReductionKind kind,
                                 SmallVectorImpl<TensorValue> &results) {
  TensorValue y = context.allocate(op, x.getElementType(), x.getShape());
  if (!y)
    return failure();
  int64_t outer = *checkedNumElements(x.getShape().take_front(axis)), size = x.getDim(axis);
  int64_t inner = *checkedNumElements(x.getShape().drop_front(axis + 1));
  visitElementType(x.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using A = Accumulator<T>;
    const T *in = x.get<T>().data();
    T *out = y.getMutable<T>().data();
    for (int64_t i = 0; i < outer; ++i)
      for (int64_t k = 0; k < inner; ++k) {
        A value{};
        for (int64_t j = 0; j < size; ++j) {
          int64_t at = (i * size + j) * inner + k;
          A element = static_cast<A>(static_cast<ComputeType<T>>(in[at]));
          value = j == 0 ? element : combineValues<A>(kind, value, element);
          out[at] = static_cast<T>(static_cast<ComputeType<T>>(value));
        }
      }
  });
  results.push_back(std::move(y));
  return success();
}

/// A loop along the axis in a nest of loops along the others. `elementType` has the sign that x has lost.
Value lowerCumulative(OpBuilder &b, Location loc, Value x, Type elementType, int64_t axis, ReductionKind kind) {
  Type stored = getElementTypeOrSelf(x.getType()), compute = getComputeType(elementType);
  Value values = convertElements(b, loc, x, compute);
  SmallVector<OpFoldResult> sizes = tensor::getMixedSizes(b, loc, values);
  Value init = tensor::EmptyOp::create(b, loc, sizes, compute);
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), one = arith::ConstantIndexOp::create(b, loc, 1);
  Value size = getValueOrCreateConstantIndexOp(b, loc, sizes[axis]);
  sizes.erase(sizes.begin() + axis);
  SmallVector<Value> upper = llvm::map_to_vector(sizes, [&](OpFoldResult n) { return getValueOrCreateConstantIndexOp(b, loc, n); });
  SmallVector<Value> lower(upper.size(), zero), steps(upper.size(), one);
  auto line = [&](OpBuilder &nested, Location at, ValueRange loops, ValueRange state) -> SmallVector<Value> {
    ScalarBuilder scalar(nested, at, elementType);
    Value first = reductionIdentity(scalar, elementType, kind);
    auto step = [&](OpBuilder &inner, Location at, Value i, ValueRange carried) {
      SmallVector<Value> position(loops);
      position.insert(position.begin() + axis, i);
      ScalarBuilder s(inner, at, elementType);
      Value next = combine(s, kind, carried[1], tensor::ExtractOp::create(inner, at, values, position));
      Value y = tensor::InsertOp::create(inner, at, next, carried[0], position);
      scf::YieldOp::create(inner, at, ValueRange{y, next});
    };
    return {scf::ForOp::create(nested, at, zero, size, one, ValueRange{state[0], first}, step).getResult(0)};
  };
  return convertElements(b, loc, scf::buildLoopNest(b, loc, lower, upper, steps, init, line).results[0], stored);
}

//===--- Gradient ---------------------------------------------------------===//

/// [0, 1, 2 ...] along an axis of a tensor of the rank, size 1 elsewhere.
Expr countedAlong(ExprBuilder &g, Value like, int64_t axis, int64_t at, int64_t rank) {
  SmallVector<OpFoldResult> sizes(rank, g.b.getIndexAttr(1));
  sizes[at] = tensor::getMixedSize(g.b, g.loc, like, axis);
  return g(IotaOp::create(g.b, g.loc, g.b.getI64Type(), sizes, at));
}

/// Each element is in all later sums.
FailureOr<Value> sumGradient(Expr, Expr, Expr ct, int64_t axis) {
  ExprBuilder &g = *ct.g;
  return reversed(g.b, g.loc, CumulativeSumOp::create(g.b, g.loc, reversed(g.b, g.loc, ct, axis), axis), axis);
}

/// As the gradient of products along the last axis of [..., i, j ...], where x[j] stands for j up to i and 1 behind that.
FailureOr<Value> prodGradient(Expr x, Expr, Expr ct, int64_t axis) {
  ExprBuilder &g = *x.g;
  Type element = x.getType().getElementType();
  int64_t rank = x.getType().getRank();
  Expr isLater = countedAlong(g, x, axis, axis + 1, rank + 1) > countedAlong(g, x, axis, axis, rank + 1);
  Expr triangle = select(isLater, g.number(1.0, element), g.unsqueeze(x, {axis}));
  auto products = ReduceProdOp::create(g.b, g.loc, triangle, ArrayRef<int64_t>{axis + 1});
  FailureOr<SmallVector<Value>> inner = products.buildGradient(g.b, ValueRange{ct});
  if (failed(inner))
    return failure();
  return Value(g.sum(select(isLater, g.number(0.0, element), g((*inner)[0])), {axis}, /*keepDims=*/false));
}

/// All of it to the last element so far that attains the extreme, or is NaN.
FailureOr<Value> extremeGradient(Expr x, Expr y, Expr ct, int64_t axis) {
  ExprBuilder &g = *x.g;
  Expr here = countedAlong(g, x, axis, axis, x.getType().getRank());
  Expr position = select(isNan(x), here, select(x == y, here, g.number(0, g.b.getI64Type())));
  Value last = CumulativeMaxOp::create(g.b, g.loc, position, axis);
  Value zeros = g.broadcastLike(g.number(0.0, x.getType().getElementType()), x);
  return scatterAlong<ScatterAddOp>(g.b, g.loc, zeros, last, ct, axis);
}
} // namespace

#define GRAPH_CUMULATIVE(Op, kind, gradient)                                                                                               \
  LogicalResult Op::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {                                     \
    return inferCumulative(context, op.getX(), op.getAxis(), results);                                                                     \
  }                                                                                                                                        \
  LogicalResult Op::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {                \
    return evaluateCumulative(*this, context, operands[0], getAxis(), ReductionKind::kind, results);                                       \
  }                                                                                                                                        \
  FailureOr<SmallVector<Value>> Op::lower(OpBuilder &b, ValueRange operands) {                                                             \
    Type element = getElementTypeOrSelf(getType());                                                                                        \
    return SmallVector<Value>{lowerCumulative(b, getLoc(), operands[0], element, getAxis(), ReductionKind::kind)};                         \
  }                                                                                                                                        \
  Cost Op::getCost(int64_t dynamicSize) { return defaultCost(*this, dynamicSize, 1); }                                                     \
  FailureOr<SmallVector<Value>> Op::buildGradient(OpBuilder &b, ValueRange cotangents) {                                                   \
    if (!isa<FloatType>(getElementTypeOrSelf(getType())))                                                                                  \
      return SmallVector<Value>{Value()};                                                                                                  \
    ExprBuilder g(b, getLoc());                                                                                                            \
    FailureOr<Value> ofX = gradient(g(getX()), g(getY()), g(cotangents[0]), getAxis());                                                    \
    return failed(ofX) ? FailureOr<SmallVector<Value>>(failure()) : SmallVector<Value>{*ofX};                                              \
  }                                                                                                                                        \
  void Op::registerImportRules(ImportRules &) {} // types and positions: lib/Interop/Aten/Rules/Cumulative.cpp

GRAPH_CUMULATIVE(CumulativeSumOp, sum, sumGradient)
GRAPH_CUMULATIVE(CumulativeProdOp, prod, prodGradient)
GRAPH_CUMULATIVE(CumulativeMaxOp, max, extremeGradient)
GRAPH_CUMULATIVE(CumulativeMinOp, min, extremeGradient)

//===--- Export -----------------------------------------------------------===//

/// ONNX has a sum only: the others are a Scan, which carries what has been combined from slice to slice.
static LogicalResult exportScan(Operation *op, OnnxExport &to, int64_t axis, StringRef combine, double neutral) {
  ForeignValue x = to.comparable(to[op->getOperand(0)]);
  ForeignValue others = to("Concat", {to.shape(x, 0, axis), to.shape(x, axis + 1)}, {{"axis", 0}});
  ForeignValue start = to("Expand", {to.number(neutral, x.element), others});
  auto type = cast<RankedTensorType>(op->getOperand(0).getType());
  SmallVector<int64_t> sizes(type.getShape());
  sizes.erase(sizes.begin() + axis);
  auto slice = RankedTensorType::get(sizes, x.element);
  auto body = to.nest([&](ForeignGraph &graph) {
    graph.inputs = {to.input(slice), to.input(slice)};
    ForeignValue sum = to(combine, {graph.inputs[0], graph.inputs[1]});
    graph.outputs = {sum, to("Identity", {sum})};
    return success();
  });
  if (failed(body))
    return failure();
  ForeignArg::List axes = {axis};
  std::vector<NamedForeignArg> attributes = {
      {"body", *body}, {"num_scan_inputs", 1}, {"scan_input_axes", axes}, {"scan_output_axes", axes}};
  return to.yield(to.many("Scan", {start, x}, attributes, {x.element, x.element}).back());
}

/// The least and the greatest number of the type that x is widened to.
static double boundOf(Value x, bool isGreatest) {
  Type type = getElementTypeOrSelf(x.getType());
  if (isa<FloatType>(type))
    return isGreatest ? HUGE_VAL : -HUGE_VAL;
  double bound = std::ldexp(1.0, static_cast<int>(std::min(31u, type.getIntOrFloatBitWidth())) - 1);
  return isGreatest ? bound : -bound;
}

void CumulativeSumOp::registerExportRules(ExportRules &rules) {
  rules.onnx<CumulativeSumOp>(
      [](CumulativeSumOp op, OnnxExport &to) { return to.yield(to("CumSum", {to.wide(to[op.getX()]), to.integer(op.getAxis())})); });
  rules.aten<CumulativeSumOp>([](CumulativeSumOp op, AtenExport &to) {
    return to.yield(to("cumsum.default", {to[op.getX()], op.getAxis()}, {{"dtype", getElementTypeOrSelf(op.getType())}}));
  });
}
void CumulativeProdOp::registerExportRules(ExportRules &rules) {
  rules.onnx<CumulativeProdOp>([](CumulativeProdOp op, OnnxExport &to) { return exportScan(op, to, op.getAxis(), "Mul", 1); });
  rules.aten<CumulativeProdOp>([](CumulativeProdOp op, AtenExport &to) {
    return to.yield(to("cumprod.default", {to[op.getX()], op.getAxis()}, {{"dtype", getElementTypeOrSelf(op.getType())}}));
  });
}
void CumulativeMaxOp::registerExportRules(ExportRules &rules) {
  rules.onnx<CumulativeMaxOp>(
      [](CumulativeMaxOp op, OnnxExport &to) { return exportScan(op, to, op.getAxis(), "Max", boundOf(op.getX(), false)); });
  rules.aten<CumulativeMaxOp>([](CumulativeMaxOp op, AtenExport &to) {
    ForeignValue both = to("cummax.default", {to[op.getX()], op.getAxis()});
    return to.yield(to.part(both, 0, both.element));
  });
}
void CumulativeMinOp::registerExportRules(ExportRules &rules) {
  rules.onnx<CumulativeMinOp>(
      [](CumulativeMinOp op, OnnxExport &to) { return exportScan(op, to, op.getAxis(), "Min", boundOf(op.getX(), true)); });
  rules.aten<CumulativeMinOp>([](CumulativeMinOp op, AtenExport &to) {
    ForeignValue both = to("cummin.default", {to[op.getX()], op.getAxis()});
    return to.yield(to.part(both, 0, both.element));
  });
}
