//===- Cumulative.cpp - sums, products and extremes up to each element ----===//
#include "graph-opt/Dialect/Graph/Ops/Cumulative.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Compare.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"

using namespace mlir;
using namespace graphopt;

namespace {
using aten::Line;

/// The operand in the type of the result.
FailureOr<Line> readLine(ImportCall &call) {
  FailureOr<Line> line = aten::readLine(call);
  if (succeeded(line))
    line->x = call.cast(line->x, call.resultElementType());
  return line;
}

template <typename Op> LogicalResult importCumulative(ImportCall &call) {
  FailureOr<Line> line = readLine(call);
  if (failed(line))
    return failure();
  return call.yield(line->shaped(call, Op::create(call.builder, call.loc, line->x, line->axis)));
}

/// The extreme so far, and the last position that attained it or was NaN.
template <typename Op> LogicalResult importExtreme(ImportCall &call) {
  FailureOr<Line> line = readLine(call);
  if (failed(line))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Value y = Op::create(b, call.loc, line->x, line->axis);
  Expr isIt = g(graph::EqOp::create(b, call.loc, line->x, y));
  if (isa<FloatType>(aten::typeOf(line->x).getElementType()))
    isIt = g(graph::OrOp::create(b, call.loc, isIt, isNan(g(line->x))));
  int64_t rank = aten::rankOf(line->x);
  Expr position = g(aten::positions(call, aten::sizesOf(call, line->x)[line->axis], line->axis, rank));
  Value candidate = select(isIt, position, g.number(0, b.getI64Type()));
  Value last = graph::CumulativeMaxOp::create(b, call.loc, candidate, line->axis);
  return call.yield({line->shaped(call, y), line->shaped(call, last)});
}

/// log of the sum of exp(x[j]) for j up to i, each sum over its own greatest: a reduction over a triangle.
LogicalResult importLogCumulativeSumExp(ImportCall &call) {
  FailureOr<Line> line = readLine(call);
  if (failed(line))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Type type = call.resultElementType();
  Expr x = g.cast(g(line->x), aten::computeType(type));
  Type element = x.getType().getElementType();
  int64_t rank = x.getType().getRank(), axis = line->axis;
  OpFoldResult size = aten::sizesOf(call, x)[axis];
  Expr greatest = g(graph::CumulativeMaxOp::create(g.b, g.loc, x, axis));
  // An infinite greatest would give inf - inf.
  Expr isInfinite = g(graph::IsInfOp::create(g.b, g.loc, greatest)), finite = select(isInfinite, g.number(0, element), greatest);
  Expr i = g(aten::positions(call, size, axis, rank + 1)), j = g(aten::positions(call, size, axis + 1, rank + 1));
  Expr terms = exp(g(aten::insertAxis(call, x, axis)) - g(aten::insertAxis(call, finite, axis + 1)));
  Expr sum = g.sum(select(j > i, g.number(0, element), terms), {axis + 1}, /*keepDims=*/false);
  return call.yield(line->shaped(call, g.cast(log(sum) + finite, type)));
}
} // namespace

void graphopt::registerAtenCumulativeRules(ImportRules &rules) {
  rules.aten({"cumsum.default"}, importCumulative<graph::CumulativeSumOp>);
  rules.aten({"cumprod.default"}, importCumulative<graph::CumulativeProdOp>);
  rules.aten({"cummax.default"}, importExtreme<graph::CumulativeMaxOp>);
  rules.aten({"cummin.default"}, importExtreme<graph::CumulativeMinOp>);
  rules.aten({"logcumsumexp.default"}, importLogCumulativeSumExp);
}
