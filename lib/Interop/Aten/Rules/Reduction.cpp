//===- Reduction.cpp - reductions of several steps ------------------------===//
//
// f16 and bf16 are reduced in f32, and rounded once at the end.
//
//===----------------------------------------------------------------------===//
#include "Graph/Shared/Indexing.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Compare.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
#include "graph-opt/Dialect/Graph/Ops/Reduce.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// A reduction's operand, in the type that it is computed in, and its axes.
struct Reduction {
  Expr x;
  SmallVector<int64_t> axes;
  bool keepDims = false;
  Type resultType; ///< element type
};

FailureOr<Reduction> read(ImportCall &call, ExprBuilder &g) {
  Reduction reduction;
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  auto axes = call.axes("dim", aten::rankOf(*x));
  auto keep = call.boolean("keepdim", false);
  if (failed(axes) || failed(keep))
    return failure();
  reduction.resultType = call.resultElementType();
  reduction.x = g(call.cast(*x, aten::computeType(reduction.resultType)));
  reduction.axes = *axes;
  reduction.keepDims = *keep;
  return reduction;
}

Expr count(ImportCall &call, const Reduction &r) { return (*r.x.g)(aten::countAlong(call, r.x, r.axes, r.x.getType().getElementType())); }
Expr mean(ImportCall &call, Reduction &r, bool keepDims) { return r.x.g->sum(r.x, r.axes, keepDims) / count(call, r); }

/// The sum of squared deviations over their number less the correction, which is 1 unless stated.
FailureOr<Expr> variance(ImportCall &call, Reduction &r, Expr mean) {
  FailureOr<double> correction = 1.0;
  if (call.has("unbiased")) {
    auto unbiased = call.boolean("unbiased");
    if (failed(unbiased))
      return failure();
    correction = *unbiased ? 1.0 : 0.0;
  } else if (call.has("correction")) {
    correction = call.number("correction");
  }
  if (failed(correction))
    return failure();
  ExprBuilder &g = *r.x.g;
  Expr deviation = r.x - mean, divisor = count(call, r);
  if (*correction != 0) {
    divisor = divisor - *correction;
    divisor = g(graph::ReluOp::create(g.b, g.loc, divisor));
  }
  return g.sum(deviation * deviation, r.axes, r.keepDims) / divisor;
}

/// var, std, and each with the mean as second result.
LogicalResult importVariance(ImportCall &call) {
  StringRef name = call.name;
  ExprBuilder g(call.builder, call.loc);
  FailureOr<Reduction> r = read(call, g);
  if (failed(r))
    return failure();
  FailureOr<Expr> result = variance(call, *r, mean(call, *r, /*keepDims=*/true));
  if (failed(result))
    return failure();
  Expr value = name.contains("std") ? aten::root(*result) : *result;
  SmallVector<Value> results = {g.cast(value, r->resultType)};
  if (name.contains("_mean"))
    results.push_back(g.cast(mean(call, *r, r->keepDims), r->resultType));
  return call.yield(results);
}

LogicalResult importLogSumExp(ImportCall &call) {
  ExprBuilder g(call.builder, call.loc);
  FailureOr<Reduction> r = read(call, g);
  if (failed(r))
    return failure();
  Type type = r->x.getType().getElementType();
  Expr infinity = g.number(std::numeric_limits<double>::infinity(), type), zero = g.number(0, type);
  // An infinite greatest would give inf - inf.
  auto finite = [&](Expr greatest) { return select(abs(greatest) == infinity, zero, greatest); };
  Expr sum = g.sum(exp(r->x - finite(g.reduceMax(r->x, r->axes, true))), r->axes, r->keepDims);
  return call.yield(Value(g.cast(log(sum) + finite(g.reduceMax(r->x, r->axes, r->keepDims)), r->resultType)));
}

LogicalResult importNorm(ImportCall &call) {
  ExprBuilder g(call.builder, call.loc);
  FailureOr<Reduction> r = read(call, g);
  FailureOr<double> order = call.has("ord") ? call.number("ord") : call.number("p", 2);
  if (failed(r) || failed(order))
    return failure();
  if (*order < 0)
    return call.unsupported("expected an order of at least 0");
  return call.yield(Value(g.cast(aten::norm(r->x, *order, r->axes, r->keepDims), r->resultType)));
}

/// The first position of the greatest or least element along an axis, or of the first NaN.
Value position(ImportCall &call, Value x, Value extreme, int64_t axis) {
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  OpFoldResult size = aten::sizesOf(call, x)[axis];
  Expr isIt = g(graph::EqOp::create(b, call.loc, x, extreme));
  if (isa<FloatType>(aten::typeOf(x).getElementType()))
    isIt = g(graph::OrOp::create(b, call.loc, isIt, isNan(g(x))));
  Expr index = g(aten::positions(call, size, axis, aten::rankOf(x)));
  Expr none = g(aten::countAlong(call, x, axis, b.getI64Type()));
  return graph::ReduceMinOp::create(b, call.loc, select(isIt, index, none), ArrayRef<int64_t>{axis}, /*keepDims=*/true);
}

template <typename Reduce> LogicalResult importExtreme(ImportCall &call, bool withValue) {
  auto x = call.tensor("self");
  auto keep = call.boolean("keepdim", false);
  if (failed(x) || failed(keep))
    return failure();
  OpBuilder &b = call.builder;
  if (aten::rankOf(*x) == 0 || !call.has("dim")) { // over all elements
    if (*keep && aten::rankOf(*x) > 1)
      return call.unsupported("keepdim without an axis");
    *x = aten::reshape(call, *x, OpFoldResult(b.getIndexAttr(-1)));
  }
  auto axis = call.has("dim") ? call.axis("dim", aten::rankOf(*x)) : FailureOr<int64_t>(0);
  if (failed(axis))
    return failure();
  Value extreme = Reduce::create(b, call.loc, *x, ArrayRef<int64_t>{*axis}, true);
  Value at = position(call, *x, extreme, *axis);
  SmallVector<Value> results{at};
  if (withValue) // taken from its position, which alone gets the gradient
    results.insert(results.begin(), gatherAlong(b, call.loc, *x, at, *axis));
  if (!*keep)
    for (Value &result : results) {
      SmallVector<OpFoldResult> sizes = aten::sizesOf(call, result);
      sizes.erase(sizes.begin() + *axis);
      result = aten::reshape(call, result, sizes);
    }
  // A scalar's axis exists only while it is searched.
  for (auto [result, type] : llvm::zip(results, call.resultTypes))
    if (auto stated = dyn_cast_or_null<RankedTensorType>(type); stated && stated.getRank() == 0 && aten::rankOf(result) == 1)
      result = aten::reshape(call, result, {});
  return call.yield(results);
}
} // namespace

void graphopt::registerAtenReductionRules(ImportRules &rules) {
  rules.aten({"mean.default", "mean.dim"}, [](ImportCall &call) -> LogicalResult {
    ExprBuilder g(call.builder, call.loc);
    FailureOr<Reduction> r = read(call, g);
    return failed(r) ? failure() : call.yield(Value(g.cast(mean(call, *r, r->keepDims), r->resultType)));
  });
  rules.aten({"var.default", "var.dim", "var.correction", "std.default", "std.dim", "std.correction", "var_mean.default", "var_mean.dim",
              "var_mean.correction", "std_mean.default", "std_mean.dim", "std_mean.correction"},
             importVariance);
  rules.aten({"logsumexp.default"}, importLogSumExp);
  rules.aten({"linalg_vector_norm.default", "norm.Scalar", "norm.ScalarOpt_dim", "norm.ScalarOpt_dim_dtype"}, importNorm);
  rules.aten({"argmax.default"}, [](ImportCall &call) { return importExtreme<graph::ReduceMaxOp>(call, /*withValue=*/false); });
  rules.aten({"argmin.default"}, [](ImportCall &call) { return importExtreme<graph::ReduceMinOp>(call, /*withValue=*/false); });
  rules.aten({"max.dim"}, [](ImportCall &call) { return importExtreme<graph::ReduceMaxOp>(call, /*withValue=*/true); });
  rules.aten({"min.dim"}, [](ImportCall &call) { return importExtreme<graph::ReduceMinOp>(call, /*withValue=*/true); });
}
