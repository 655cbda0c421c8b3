//===- Sort.cpp - elements in order, the first k of them, medians ---------===//
#include "Graph/Shared/IndexMath.h"
#include "Graph/Shared/Indexing.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Argsort.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"

using namespace mlir;
using namespace graphopt;

namespace {
using aten::Line;
using aten::readLine;

Value argsort(ImportCall &call, const Line &line, bool descending) {
  return graph::ArgsortOp::create(call.builder, call.loc, line.x, line.axis, descending);
}

/// The elements at positions along the axis.
Value take(ImportCall &call, const Line &line, Value positions) {
  return gatherAlong(call.builder, call.loc, line.x, positions, line.axis);
}

LogicalResult yieldBoth(ImportCall &call, const Line &line, Value positions) {
  return call.yield({line.shaped(call, take(call, line, positions)), line.shaped(call, positions)});
}

LogicalResult importSort(ImportCall &call, bool withValues) {
  auto line = readLine(call);
  auto descending = call.boolean("descending", false);
  if (failed(line) || failed(descending))
    return failure();
  Value positions = argsort(call, *line, *descending);
  return withValues ? yieldBoth(call, *line, positions) : call.yield(line->shaped(call, positions));
}

LogicalResult importTopK(ImportCall &call) {
  auto line = readLine(call);
  auto largest = call.boolean("largest", true);
  auto k = call.size("k");
  if (failed(line) || failed(largest) || failed(k))
    return failure();
  return aten::yieldFirst(call, *line, *k, *largest);
}

/// One element of each line in order: with its axis, or without.
LogicalResult yieldOne(ImportCall &call, Line line, Value positions, bool keepDims) {
  if (keepDims || line.isScalar)
    return yieldBoth(call, line, positions);
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, positions);
  sizes.erase(sizes.begin() + line.axis);
  return call.yield({aten::reshape(call, take(call, line, positions), sizes), aten::reshape(call, positions, sizes)});
}

LogicalResult importKthValue(ImportCall &call) {
  auto line = readLine(call);
  auto k = call.size("k");
  auto keep = call.boolean("keepdim", false);
  if (failed(line) || failed(k) || failed(keep))
    return failure();
  IndexMath math(call.builder, call.loc);
  OpFoldResult one = math.number(1);
  return yieldOne(call, *line, aten::part(call, argsort(call, *line, /*descending=*/false), line->axis, math.sub(*k, one), one), *keep);
}

/// The lower of two medians; the first NaN, where there is one.
LogicalResult importMedian(ImportCall &call, bool ofAll) {
  auto line = readLine(call);
  auto keep = call.boolean("keepdim", false);
  if (failed(line) || failed(keep))
    return failure();
  if (ofAll)
    line = Line{flatten(call.builder, call.loc, line->x), 0, false};
  int64_t size = aten::typeOf(line->x).getDimSize(line->axis);
  if (ShapedType::isDynamic(size) || size == 0)
    return call.unsupported("expected a static number of elements of at least 1");
  ExprBuilder g(call.builder, call.loc);
  OpFoldResult one = call.builder.getIndexAttr(1);
  auto pick = [&](bool descending, int64_t at) {
    return g(aten::part(call, argsort(call, *line, descending), line->axis, call.builder.getIndexAttr(at), one));
  };
  Expr middle = pick(/*descending=*/false, (size - 1) / 2);
  if (isa<FloatType>(aten::typeOf(line->x).getElementType())) {
    Expr greatest = pick(/*descending=*/true, 0);
    middle = select(g(graph::IsNanOp::create(g.b, g.loc, take(call, *line, greatest))), greatest, middle);
  }
  if (ofAll)
    return call.yield(aten::reshape(call, take(call, *line, middle), {}));
  return yieldOne(call, *line, middle, *keep);
}
} // namespace

LogicalResult aten::yieldFirst(ImportCall &call, const Line &line, OpFoldResult k, bool largest) {
  Value positions = argsort(call, line, largest);
  return yieldBoth(call, line, part(call, positions, line.axis, call.builder.getIndexAttr(0), k));
}

void graphopt::registerAtenSortRules(ImportRules &rules) {
  rules.aten({"sort.default", "sort.stable"}, [](ImportCall &call) { return importSort(call, /*withValues=*/true); });
  rules.aten({"argsort.default", "argsort.stable"}, [](ImportCall &call) { return importSort(call, /*withValues=*/false); });
  rules.aten({"msort.default"}, [](ImportCall &call) -> LogicalResult {
    auto line = readLine(call);
    return failed(line) ? failure() : call.yield(line->shaped(call, take(call, *line, argsort(call, *line, /*descending=*/false))));
  });
  rules.aten({"topk.default"}, importTopK);
  rules.aten({"kthvalue.default"}, importKthValue);
  rules.aten({"median.default"}, [](ImportCall &call) { return importMedian(call, /*ofAll=*/true); });
  rules.aten({"median.dim"}, [](ImportCall &call) { return importMedian(call, /*ofAll=*/false); });
}
