//===- Unique.cpp - what differs among elements or slices -----------------===//
#include "Graph/Shared/Indexing.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Argsort.h"
#include "graph-opt/Dialect/Graph/Ops/Compare.h"
#include "graph-opt/Dialect/Graph/Ops/Concat.h"
#include "graph-opt/Dialect/Graph/Ops/Cumulative.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"

using namespace mlir;
using namespace graphopt;

namespace {
using Order = aten::UniqueOrder;

Value take(ImportCall &call, Value x, Value positions, int64_t axis = 0) {
  return graph::GatherOp::create(call.builder, call.loc, x, positions, axis);
}

Value argsort(ImportCall &call, Value x) { return graph::ArgsortOp::create(call.builder, call.loc, x, 0, /*descending=*/false); }

/// Of rows, given by their columns: the first row of each kind, the kind of each row, and how many there are of each.
SmallVector<Value> uniqueRows(ImportCall &call, ArrayRef<Value> columns, OpFoldResult count, Order ordered) {
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Type i64 = b.getI64Type();
  Expr place = g(aten::positions(call, count, 0, 1));
  Value order = place;
  // Sorted by the last column first: the sort keeps the order of equal ones.
  if (ordered != Order::consecutive)
    for (Value column : llvm::reverse(columns))
      order = take(call, order, argsort(call, take(call, column, order)));
  Value before = max(place - 1.0, 0.0), isStart = place == 0.0;
  for (Value column : columns) {
    Value row = take(call, column, order);
    Value differs = graph::NeOp::create(b, call.loc, row, take(call, row, before));
    isStart = graph::OrOp::create(b, call.loc, isStart, differs);
  }
  Value starts = aten::truths(call, isStart);
  Expr group = g(graph::CumulativeSumOp::create(b, call.loc, call.cast(isStart, i64), int64_t(0))) - 1.0;
  Value kind = take(call, group, argsort(call, order)), first = take(call, order, starts);
  OpFoldResult found = aten::sizesOf(call, starts)[0];
  Value end = aten::reshape(call, aten::sizeAsTensor(call, g, count), OpFoldResult(b.getIndexAttr(1)));
  Value bounds = graph::ConcatOp::create(b, call.loc, ValueRange{starts, end}, int64_t(0));
  Value counts = g(aten::part(call, bounds, 0, b.getIndexAttr(1), found)) - g(starts);
  if (ordered != Order::appearance)
    return {first, kind, counts};
  Value appearance = argsort(call, first);
  return {take(call, first, appearance), take(call, argsort(call, appearance), kind), take(call, counts, appearance)};
}

LogicalResult importAll(ImportCall &call, Order ordered) {
  auto x = call.tensor("self");
  auto found = failed(x) ? FailureOr<SmallVector<Value>>(failure()) : aten::unique(call, *x, std::nullopt, ordered);
  if (failed(found))
    return failure();
  return call.yield({(*found)[0], unflatten(call.builder, call.loc, (*found)[2], *x), (*found)[3]});
}

LogicalResult importAlong(ImportCall &call, Order ordered) {
  auto x = call.tensor("self");
  auto axis = failed(x) ? FailureOr<int64_t>(failure()) : aten::axisOf(call, "dim", *x);
  auto found = failed(axis) ? FailureOr<SmallVector<Value>>(failure()) : aten::unique(call, *x, *axis, ordered);
  return failed(found) ? failure() : call.yield({(*found)[0], (*found)[2], (*found)[3]});
}
} // namespace

FailureOr<SmallVector<Value>> aten::unique(ImportCall &call, Value x, std::optional<int64_t> axis, UniqueOrder ordered) {
  constexpr int64_t maxColumns = 64; // each is sorted by
  OpBuilder &b = call.builder;
  SmallVector<Value> columns;
  if (!axis) {
    x = flatten(b, call.loc, x);
    columns.push_back(x);
  } else {
    SmallVector<int64_t> permutation{*axis};
    int64_t width = 1;
    for (int64_t d = 0; d < rankOf(x); ++d) {
      int64_t size = typeOf(x).getDimSize(d);
      if (d == *axis)
        continue;
      if (ShapedType::isDynamic(size) || size > maxColumns || (width *= size) > maxColumns)
        return FailureOr<SmallVector<Value>>(call.unsupported("slices of a size that is not known, or of more than 64 elements"));
      permutation.push_back(d);
    }
    Value moved = graph::TransposeOp::create(b, call.loc, x, permutation);
    Value rows = reshape(call, moved, {sizesOf(call, x)[*axis], b.getIndexAttr(width)});
    for (int64_t i = 0; i < width; ++i)
      columns.push_back(column(call, rows, i));
  }
  SmallVector<Value> found = uniqueRows(call, columns, sizesOf(call, x)[axis.value_or(0)], ordered);
  found.insert(found.begin(), take(call, x, found[0], axis.value_or(0)));
  return found;
}

void graphopt::registerAtenUniqueRules(ImportRules &rules) {
  rules.aten({"_unique2.default"}, [](ImportCall &call) { return importAll(call, Order::sorted); });
  rules.aten({"unique_dim.default"}, [](ImportCall &call) { return importAlong(call, Order::sorted); });
  rules.aten({"unique_consecutive.default"}, [](ImportCall &call) {
    return call.has("dim") ? importAlong(call, Order::consecutive) : importAll(call, Order::consecutive);
  });
}
