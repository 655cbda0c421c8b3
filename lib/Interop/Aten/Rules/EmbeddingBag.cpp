//===- EmbeddingBag.cpp - rows of a table, combined bag by bag ------------===//
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Compare.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// Bag i holds the rows that `indices` names from offsets[i] up to offsets[i + 1]. The other results, which only the gradient reads, are
/// not given.
LogicalResult importEmbeddingBag(ImportCall &call, bool fromEnd) {
  auto weight = call.tensor("weight"), indices = call.tensor("indices"), offsets = call.tensor("offsets");
  auto factors = call.optionalTensor("per_sample_weights");
  auto mode = call.integer("mode");
  auto hasLast = call.boolean("include_last_offset", false);
  FailureOr<int64_t> padding = call.integer("padding_idx", -1);
  if (failed(weight) || failed(indices) || failed(offsets) || failed(factors) || failed(mode) || failed(hasLast) || failed(padding))
    return failure();
  if (aten::rankOf(*weight) != 2 || aten::rankOf(*indices) != 1 || aten::rankOf(*offsets) != 1 || *mode < 0 || *mode > 2)
    return call.unsupported("expected a matrix, vectors of indices and offsets, and a mode of 0 to 2");
  if (int64_t count = aten::typeOf(*weight).getDimSize(0); fromEnd && call.has("padding_idx") && *padding < 0) {
    if (ShapedType::isDynamic(count))
      return call.unsupported("a padding_idx that counts from the end of an unknown number of rows");
    *padding += count;
  }
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Type element = aten::typeOf(*weight).getElementType(), index = b.getI64Type();
  Type type = aten::computeType(element);

  Value starts = call.cast(*offsets, index);
  if (*hasLast) {
    int64_t count = aten::typeOf(starts).getDimSize(0);
    if (ShapedType::isDynamic(count) || count < 1)
      return call.unsupported("expected a static number of offsets with a last one");
    starts = aten::part(call, starts, 0, b.getIndexAttr(0), b.getIndexAttr(count - 1));
  }
  OpFoldResult bags = aten::sizesOf(call, starts)[0], columns = aten::sizesOf(call, *weight)[1];
  // The bag of each index: how many bags start at it or before it, less one.
  Expr place = g(aten::positions(call, aten::sizesOf(call, *indices)[0], 0, 2));
  Value hasStarted = graph::GeOp::create(b, call.loc, place, aten::insertAxis(call, starts, 0));
  Expr bag = g.sum(g.cast(g(hasStarted), index), {1}, /*keepDims=*/false) - 1.0;

  Expr rows = g.cast(g(graph::GatherOp::create(b, call.loc, *weight, *indices, int64_t(0))), type), zero = g.number(0, type);
  Expr isCounted = *padding < 0 ? g.broadcastLike(g.number(1, b.getI1Type()), bag)
                                : g(graph::NeOp::create(b, call.loc, call.cast(*indices, index), g.number(double(*padding), index)));
  Expr counted = g(aten::insertAxis(call, isCounted, 1));
  if (*factors)
    rows = rows * g.cast(g(aten::insertAxis(call, *factors, 1)), type);
  Expr count =
      g(aten::scatter(call, aten::full(call, g.number(0, index), bags), bag, g.cast(isCounted, index), 0, aten::ScatterEffect::add));
  Expr size = g(aten::insertAxis(call, count, 1)), y;
  if (*mode == 2) { // the greatest; 0 for an empty bag
    Expr least = g.number(-std::numeric_limits<double>::infinity(), type);
    Value start = aten::full(call, least, {bags, columns});
    y = g(aten::scatter(call, start, bag, select(counted, rows, least), 0, aten::ScatterEffect::max));
    y = select(size == 0.0, zero, y);
  } else {
    y = g(aten::scatter(call, aten::full(call, zero, {bags, columns}), bag, select(counted, rows, zero), 0, aten::ScatterEffect::add));
    if (*mode == 1)
      y = y / g.cast(g(graph::MaxOp::create(b, call.loc, size, g.number(1, index))), type);
  }
  SmallVector<Value> results(call.resultTypes.size());
  results[0] = g.cast(y, element);
  return call.yield(results);
}
} // namespace

void graphopt::registerAtenEmbeddingBagRules(ImportRules &rules) {
  // Without a row for padding, -1 stands for it in the first ones, and counts from the end in the last one.
  rules.aten({"_embedding_bag.default", "_embedding_bag_forward_only.default", "embedding_bag.default"},
             [](ImportCall &call) { return importEmbeddingBag(call, /*fromEnd=*/false); });
  rules.aten({"embedding_bag.padding_idx"}, [](ImportCall &call) { return importEmbeddingBag(call, /*fromEnd=*/true); });
}
