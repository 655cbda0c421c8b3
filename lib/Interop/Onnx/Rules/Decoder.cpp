//===- Decoder.cpp - what decoders do around attention --------------------===//
#include "Graph/Shared/Indexing.h"
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/Compare.h"
#include "graph-opt/Dialect/Graph/Ops/Concat.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
/// Turns pairs of elements of each head by angles that depend on the position. The rest of a head stays.
LogicalResult importRotaryEmbedding(ImportCall &call) {
  auto given = call.tensor("X"), cosCache = call.tensor("cos_cache"), sinCache = call.tensor("sin_cache");
  auto ids = call.optionalTensor("position_ids");
  auto areNeighbours = call.boolean("interleaved");
  auto heads = call.integer("num_heads", 0), turned = call.integer("rotary_embedding_dim");
  if (failed(given) || failed(cosCache) || failed(sinCache) || failed(ids) || failed(areNeighbours) || failed(heads) || failed(turned))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  bool isFlat = rankOf(*given) == 3;
  if ((!isFlat && rankOf(*given) != 4) || (isFlat && *heads < 1))
    return call.unsupported("expected X of rank 4, or of rank 3 with a number of heads");
  // [batch, heads, sequence, size], or where it was flat [batch, sequence, heads, size].
  SmallVector<OpFoldResult> flat = sizesOf(call, *given);
  Value x = isFlat ? aten::reshape(call, *given, {flat[0], flat[1], b.getIndexAttr(*heads), b.getIndexAttr(-1)}) : *given;
  int64_t size = aten::typeOf(x).getDimSize(3), width = *turned == 0 ? size : *turned;
  if (ShapedType::isDynamic(size) || width < 1 || width > size || width % 2 != 0)
    return call.unsupported("expected heads of a static size, an even part of which is turned");
  auto partOfHeads = [&](int64_t from, int64_t to) { return part(call, x, 3, b.getIndexAttr(from), b.getIndexAttr(to - from)); };
  for (Value cache : {*cosCache, *sinCache})
    if (rankOf(cache) != (*ids ? 2 : 3) || (*ids && rankOf(*ids) != 2))
      return emitError(call.loc) << "'RotaryEmbedding': expected angles of rank 2 with ids of positions of rank 2, or of rank 3, got "
                                 << cache.getType();
  // The pairs along an axis of their own.
  int64_t axis = *areNeighbours ? 4 : 3;
  SmallVector<OpFoldResult> sizes = sizesOf(call, x), paired = sizes;
  sizes[3] = b.getIndexAttr(width), paired[3] = b.getIndexAttr(width / 2);
  paired.insert(paired.begin() + axis, b.getIndexAttr(2));
  Value pairs = aten::reshape(call, partOfHeads(0, width), paired);
  auto ofPairs = [&](int64_t i) { return g(part(call, pairs, axis, b.getIndexAttr(i), b.getIndexAttr(1))); };
  auto angles = [&](Value cache) {
    Value rows = *ids ? graph::GatherOp::create(b, call.loc, cache, *ids, int64_t(0)).getResult() : cache;
    return g(aten::insertAxis(call, aten::insertAxis(call, rows, isFlat ? 2 : 1), axis));
  };
  Expr first = ofPairs(0), second = ofPairs(1), cosine = angles(*cosCache), sine = angles(*sinCache);
  SmallVector<Value> both = {cosine * first - sine * second, sine * first + cosine * second};
  Value y = aten::reshape(call, graph::ConcatOp::create(b, call.loc, both, axis), sizes);
  if (width != size)
    y = graph::ConcatOp::create(b, call.loc, ValueRange{y, partOfHeads(width, size)}, 3);
  return call.yield(isFlat ? aten::reshape(call, y, flat) : y);
}

/// A cache with an update in it, from where each sample of the batch writes; what reaches over the end is dropped, or starts over.
LogicalResult importTensorScatter(ImportCall &call) {
  auto past = call.tensor("past_cache"), update = call.tensor("update");
  auto starts = call.optionalTensor("write_indices");
  auto mode = call.string("mode");
  if (failed(past) || failed(update) || failed(starts) || failed(mode))
    return failure();
  int64_t rank = rankOf(*past);
  auto axis = call.axis("axis", rank);
  if (failed(axis))
    return failure();
  if (rankOf(*update) != rank || *axis == 0 || (*mode != "linear" && *mode != "circular"))
    return call.unsupported("expected the mode linear or circular, and an axis after that of the batch");
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  SmallVector<OpFoldResult> sizes = sizesOf(call, *past), perSample(rank, b.getIndexAttr(1));
  // The place in the update of each place in the cache.
  Expr from = g(aten::positions(call, sizes[*axis], *axis, rank)), zero = g.number(0, b.getI64Type());
  if (*starts) {
    perSample[0] = sizes[0];
    from = from - g(aten::reshape(call, call.cast(*starts, b.getI64Type()), perSample));
  }
  if (*mode == "circular")
    from = g(graph::ModOp::create(b, call.loc, from, aten::sizeAsTensor(call, g, sizes[*axis])));
  Expr isNew = g(graph::AndOp::create(b, call.loc, g(graph::GeOp::create(b, call.loc, from, zero)),
                                      from < aten::sizeAsTensor(call, g, sizesOf(call, *update)[*axis])));
  Value places = graph::BroadcastOp::create(b, call.loc, select(isNew, from, zero), sizes);
  return call.yield(Value(select(isNew, g(gatherAlong(b, call.loc, *update, places, *axis)), g(*past))));
}
} // namespace

void graphopt::registerOnnxDecoderRules(ImportRules &rules) {
  rules.onnx({"RotaryEmbedding"}, importRotaryEmbedding);
  rules.onnx({"TensorScatter"}, importTensorScatter);
}
