//===- Reduction.cpp - reductions of one and of several steps -------------===//
//
// f16 and bf16 are reduced in f32, and rounded once at the end.
//
//===----------------------------------------------------------------------===//
#include "Graph/Shared/Indexing.h"
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Cumulative.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
#include "graph-opt/Dialect/Graph/Ops/Pad.h"
#include "graph-opt/Dialect/Graph/Ops/Reduce.h"
#include "graph-opt/Dialect/Graph/Ops/Softmax.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
struct Reduction {
  Expr x;
  SmallVector<int64_t> axes;
  bool keepDims;
};
using Reduce = Expr (*)(ImportCall &call, const Reduction &r);

/// Axes stand in an attribute or, later, in an input; without any all are reduced, or none where that is asked for.
void addReduction(ImportRules &rules, StringRef op, Reduce reduce, bool widens = true) {
  rules.onnx({op}, [=](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("data");
    auto keep = call.boolean("keepdims", true), isNothing = call.boolean("noop_with_empty_axes", false);
    if (failed(x) || failed(keep) || failed(isNothing))
      return failure();
    auto axes = call.axes("axes", rankOf(*x));
    if (failed(axes))
      return failure();
    if (*isNothing) {
      auto given = call.has("axes") ? call.integers("axes") : FailureOr<SmallVector<int64_t>>(SmallVector<int64_t>());
      if (failed(given))
        return failure();
      if (given->empty())
        axes->clear(); // the function is still applied to each element
    }
    ExprBuilder g(call.builder, call.loc);
    Type type = elementOf(*x);
    Expr value = g(widens ? call.cast(*x, computeType(*x)) : *x);
    return call.yield(call.cast(reduce(call, {value, *axes, *keep}), type));
  });
}

Expr sum(const Reduction &r, Expr x) { return r.x.g->sum(x, r.axes, r.keepDims); }
Expr squareRoot(Expr x) {
  Type type = x.getType().getElementType();
  Expr wide = isa<FloatType>(type) ? x : x.g->cast(x, x.g->b.getF64Type());
  return x.g->cast(sqrt(wide), type);
}
template <typename Op> Expr extreme(ImportCall &call, const Reduction &r) {
  return (*r.x.g)(Op::create(call.builder, call.loc, r.x, r.axes, r.keepDims));
}
Expr mean(ImportCall &call, const Reduction &r) {
  return sum(r, r.x) / (*r.x.g)(aten::countAlong(call, r.x, r.axes, r.x.getType().getElementType()));
}
Expr logSumExp(ImportCall &call, const Reduction &r) {
  ExprBuilder &g = *r.x.g;
  Type type = r.x.getType().getElementType();
  Expr x = isa<FloatType>(type) ? r.x : g.cast(r.x, g.b.getF64Type());
  Type floats = x.getType().getElementType();
  Expr kept = g.reduceMax(x, r.axes, true);
  // Infinities must not be subtracted from themselves.
  Expr isFinite = g(graph::IsFiniteOp::create(g.b, g.loc, kept)), shift = select(isFinite, kept, g.number(0, floats));
  Expr total = log(g.sum(exp(x - shift), r.axes, r.keepDims));
  Expr back = r.keepDims ? shift : g(aten::reshape(call, shift, sizesOf(call, total)));
  return g.cast(total + back, type);
}

/// The position of the first, or the last, of the greatest (or least) elements.
template <typename Op> LogicalResult importPosition(ImportCall &call) {
  auto x = call.tensor("data");
  auto keep = call.boolean("keepdims", true), isLast = call.boolean("select_last_index", false);
  if (failed(x) || failed(keep) || failed(isLast))
    return failure();
  auto axis = axisOf(call, "axis", *x);
  if (failed(axis))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Expr best = g(Op::create(b, call.loc, *x, ArrayRef<int64_t>{*axis}, true));
  Expr index = g(aten::positions(call, sizesOf(call, *x)[*axis], *axis, rankOf(*x)));
  Expr isIt = g(*x) == best;
  if (*isLast)
    return call.yield(
        graph::ReduceMaxOp::create(b, call.loc, select(isIt, index, g.number(-1, b.getI64Type())), ArrayRef<int64_t>{*axis}, *keep)
            .getResult());
  Expr none = g(aten::countAlong(call, *x, *axis, b.getI64Type()));
  return call.yield(graph::ReduceMinOp::create(b, call.loc, select(isIt, index, none), ArrayRef<int64_t>{*axis}, *keep).getResult());
}

/// Sums, or products, of all elements up to each, or of those before it (of none: `neutral`), from either end.
template <typename Op> LogicalResult importCumulative(ImportCall &call, double neutral) {
  auto x = call.tensor("x");
  auto isExclusive = call.boolean("exclusive", false), isReverse = call.boolean("reverse", false);
  if (failed(x) || failed(isExclusive) || failed(isReverse))
    return failure();
  auto axis = axisOf(call, "axis", *x);
  if (failed(axis))
    return failure();
  OpBuilder &b = call.builder;
  Value y = *isReverse ? reversed(b, call.loc, *x, *axis) : *x;
  if (*isExclusive) {
    SmallVector<OpFoldResult> low(rankOf(y), b.getIndexAttr(0)), high = low;
    low[*axis] = b.getIndexAttr(1);
    Value first = ExprBuilder(b, call.loc).number(neutral, elementOf(y));
    y = part(call, graph::PadOp::create(b, call.loc, y, first, low, high), *axis, b.getIndexAttr(0), sizesOf(call, y)[*axis]);
  }
  y = Op::create(b, call.loc, y, *axis);
  return call.yield(*isReverse ? reversed(b, call.loc, y, *axis) : y);
}

/// Before opset 13 these work on a matrix made of all axes, with those from `axis` on as one.
template <typename Op> LogicalResult importFlat(ImportCall &call) {
  auto x = call.tensor("input");
  if (failed(x))
    return failure();
  auto axis = call.axis("axis", rankOf(*x));
  if (failed(axis))
    return failure();
  Value y = Op::create(call.builder, call.loc, asMatrix(call, *x, *axis), int64_t(1));
  return call.yield(aten::reshape(call, y, sizesOf(call, *x)));
}

LogicalResult importHardmax(ImportCall &call, bool isFlat) {
  auto x = call.tensor("input");
  if (failed(x))
    return failure();
  auto axis = axisOf(call, "axis", *x);
  if (failed(axis))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Expr value = g(isFlat ? asMatrix(call, *x, *axis) : *x);
  int64_t at = isFlat ? 1 : *axis, rank = value.getType().getRank();
  Expr index = g(aten::positions(call, sizesOf(call, value)[at], at, rank)), none = g(aten::countAlong(call, value, at, b.getI64Type()));
  Expr first =
      g(graph::ReduceMinOp::create(b, call.loc, select(value == g.reduceMax(value, {at}, true), index, none), ArrayRef<int64_t>{at}, true));
  Value y = call.cast(index == first, elementOf(*x));
  return call.yield(isFlat ? aten::reshape(call, y, sizesOf(call, *x)) : y);
}
} // namespace

void graphopt::registerOnnxReductionRules(ImportRules &rules) {
  addReduction(rules, "ReduceSum", [](ImportCall &, const Reduction &r) { return sum(r, r.x); });
  addReduction(rules, "ReduceProd", [](ImportCall &, const Reduction &r) { return r.x.g->prod(r.x, r.axes, r.keepDims); });
  addReduction(rules, "ReduceMax", extreme<graph::ReduceMaxOp>, /*widens=*/false);
  addReduction(rules, "ReduceMin", extreme<graph::ReduceMinOp>, /*widens=*/false);
  addReduction(rules, "ReduceMean", mean);
  addReduction(rules, "ReduceL1", [](ImportCall &, const Reduction &r) { return sum(r, abs(r.x)); });
  addReduction(rules, "ReduceSumSquare", [](ImportCall &, const Reduction &r) { return sum(r, r.x * r.x); });
  addReduction(rules, "ReduceL2", [](ImportCall &, const Reduction &r) { return squareRoot(sum(r, r.x * r.x)); });
  addReduction(rules, "ReduceLogSum", [](ImportCall &, const Reduction &r) { return log(sum(r, r.x)); });
  addReduction(rules, "ReduceLogSumExp", logSumExp);
  rules.onnx({"ArgMax"}, importPosition<graph::ReduceMaxOp>);
  rules.onnx({"ArgMin"}, importPosition<graph::ReduceMinOp>);
  rules.onnx({"CumSum"}, [](ImportCall &call) { return importCumulative<graph::CumulativeSumOp>(call, 0); });
  rules.onnx({"CumProd"}, [](ImportCall &call) { return importCumulative<graph::CumulativeProdOp>(call, 1); });
  rules.onnx({"Softmax"}, importFlat<graph::SoftmaxOp>, 1, 12);
  rules.onnx({"LogSoftmax"}, importFlat<graph::LogSoftmaxOp>, 1, 12);
  rules.onnx({"Hardmax"}, [](ImportCall &call) { return importHardmax(call, /*isFlat=*/true); }, 1, 12);
  rules.onnx({"Hardmax"}, [](ImportCall &call) { return importHardmax(call, /*isFlat=*/false); }, 13);
}
