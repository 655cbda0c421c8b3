//===- Part.cpp - tensors cut up, and elements by their positions ---------===//
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Reduce.h"
#include "graph-opt/Dialect/Graph/Ops/ScatterReduce.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
LogicalResult importSplit(ImportCall &call) {
  auto x = call.tensor("input");
  if (failed(x))
    return failure();
  auto axis = axisOf(call, "axis", *x);
  if (failed(axis))
    return failure();
  OpBuilder &b = call.builder;
  OpFoldResult total = sizesOf(call, *x)[*axis];
  int64_t count = static_cast<int64_t>(call.resultTypes.size());
  SmallVector<OpFoldResult> sizes;
  if (call.has("split")) {
    auto given = call.sizes("split");
    if (failed(given))
      return failure();
    sizes = *given;
    if (static_cast<int64_t>(sizes.size()) != count)
      return emitError(call.loc) << "'Split': expected a size for each of " << count << " results, got " << sizes.size();
  } else {
    auto known = getConstantIntValue(total);
    if (!known || count == 0)
      return call.unsupported("parts of one size along an axis whose size is known only at run time");
    int64_t size = llvm::divideCeil(*known, count);
    for (int64_t i = 0; i < count; ++i)
      sizes.push_back(b.getIndexAttr(std::clamp<int64_t>(*known - i * size, 0, size)));
  }
  OpFoldResult start = b.getIndexAttr(0);
  SmallVector<Value> parts;
  for (OpFoldResult size : sizes) {
    parts.push_back(part(call, *x, *axis, start, size));
    start = getAsOpFoldResult(b.createOrFold<arith::AddIOp>(call.loc, getValueOrCreateConstantIndexOp(b, call.loc, start),
                                                            getValueOrCreateConstantIndexOp(b, call.loc, size)));
  }
  return call.yield(parts);
}

/// The position in x, flat, of each element that `indices` (along one axis) and its own place (along the others) name.
Expr linearPositions(ImportCall &call, ExprBuilder &g, Value x, Value indices, int64_t axis) {
  OpBuilder &b = call.builder;
  SmallVector<OpFoldResult> sizes = sizesOf(call, x), places = sizesOf(call, indices);
  Expr linear;
  for (int64_t i = 0, rank = rankOf(x); i < rank; ++i) {
    Expr position =
        i == axis ? aten::fromEnd(call, g(call.cast(indices, b.getI64Type())), sizes[i]) : g(aten::positions(call, places[i], i, rank));
    linear = i == 0 ? position : linear * aten::sizeAsTensor(call, g, sizes[i]) + position;
  }
  return g(graph::BroadcastOp::create(b, call.loc, linear, places));
}

/// The positions, flat over the first axes of x, of tuples that stand along the last axis of `indices`.
Expr tuplePositions(ImportCall &call, ExprBuilder &g, Value indices, ArrayRef<OpFoldResult> sizes) {
  OpBuilder &b = call.builder;
  int64_t last = rankOf(indices) - 1;
  SmallVector<OpFoldResult> places = sizesOf(call, indices);
  places.pop_back();
  Expr linear;
  for (auto [i, size] : llvm::enumerate(sizes)) {
    Value column = part(call, indices, last, b.getIndexAttr(static_cast<int64_t>(i)), b.getIndexAttr(1));
    Expr position = aten::fromEnd(call, g(call.cast(aten::reshape(call, column, places), b.getI64Type())), size);
    linear = i == 0 ? position : linear * aten::sizeAsTensor(call, g, size) + position;
  }
  return linear;
}

LogicalResult importGatherElements(ImportCall &call) {
  auto x = call.tensor("data"), indices = call.tensor("indices");
  if (failed(x) || failed(indices))
    return failure();
  auto axis = call.axis("axis", rankOf(*x));
  if (failed(axis))
    return failure();
  if (rankOf(*x) == 0 || rankOf(*x) != rankOf(*indices))
    return emitError(call.loc) << "'GatherElements': expected indices of the rank of the data";
  ExprBuilder g(call.builder, call.loc);
  Expr linear = linearPositions(call, g, *x, *indices, *axis);
  Value flat = aten::reshape(call, *x, OpFoldResult(call.builder.getIndexAttr(-1)));
  return call.yield(graph::GatherOp::create(call.builder, call.loc, flat, linear, int64_t(0)).getResult());
}

LogicalResult importGatherNd(ImportCall &call) {
  auto x = call.tensor("data"), indices = call.tensor("indices");
  FailureOr<int64_t> batch = call.integer("batch_dims", 0);
  if (failed(x) || failed(indices) || failed(batch))
    return failure();
  int64_t tuple = rankOf(*indices) ? aten::typeOf(*indices).getShape().back() : ShapedType::kDynamic;
  if (ShapedType::isDynamic(tuple) || *batch < 0 || *batch >= rankOf(*indices) || *batch + tuple > rankOf(*x))
    return call.unsupported("expected tuples of static size, no longer than the data has axes");
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  SmallVector<OpFoldResult> sizes = sizesOf(call, *x), joined = {b.getIndexAttr(-1)};
  joined.append(sizes.begin() + *batch + tuple, sizes.end());
  Expr linear = tuplePositions(call, g, *indices, ArrayRef(sizes).slice(*batch, tuple));
  if (!linear.value)
    return call.unsupported("tuples of no positions");
  // Of the batch each place is its own position.
  if (*batch) {
    int64_t rank = linear.getType().getRank();
    SmallVector<OpFoldResult> places = sizesOf(call, linear);
    Expr of;
    for (int64_t i = 0; i < *batch; ++i) {
      Expr position = g(aten::positions(call, places[i], i, rank));
      of = i == 0 ? position : of * aten::sizeAsTensor(call, g, sizes[i]) + position;
    }
    linear = of * aten::sizeAsTensor(call, g, product(call, ArrayRef(sizes).slice(*batch, tuple))) + linear;
  }
  return call.yield(graph::GatherOp::create(b, call.loc, aten::reshape(call, *x, joined), linear, int64_t(0)).getResult());
}

/// x with `updates` at flat positions of its first axis. Where a position occurs more than once the last update stands.
LogicalResult scatter(ImportCall &call, Value x, Value rows, Expr positions, Value updates, StringRef reduction) {
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  SmallVector<OpFoldResult> sizes = sizesOf(call, x);
  if (reduction == "add" && !elementOf(x).isInteger(1)) {
    Value y = graph::ScatterAddOp::create(b, call.loc, rows, positions, updates, int64_t(0));
    return call.yield(aten::reshape(call, y, sizes));
  }
  if (reduction != "none")
    return call.unsupported("the reduction '" + reduction + "'");
  // Which update, counted from 1, each row gets last; 0 for none.
  SmallVector<OpFoldResult> rowSizes = sizesOf(call, rows);
  OpFoldResult count = sizesOf(call, positions)[0];
  Expr row = g(aten::positions(call, rowSizes[0], 0, 2)), column = g(aten::positions(call, count, 1, 2));
  Expr hits = row == g(aten::insertAxis(call, positions, 0));
  Expr last = g(graph::ReduceMaxOp::create(b, call.loc, select(hits, column, g.number(-1, b.getI64Type())), ArrayRef<int64_t>{1}));
  Expr taken = g(graph::GatherOp::create(b, call.loc, updates, last, int64_t(0)));
  SmallVector<OpFoldResult> along(rowSizes.size(), b.getIndexAttr(1));
  along[0] = rowSizes[0];
  Expr isHit = g(aten::reshape(call, g(last) > g.number(-1, b.getI64Type()), along));
  return call.yield(aten::reshape(call, select(isHit, taken, g(rows)), sizes));
}

FailureOr<std::string> reductionOf(ImportCall &call) { return call.string("reduction", "none"); }

LogicalResult importScatterElements(ImportCall &call) {
  auto x = call.tensor("data"), indices = call.tensor("indices"), updates = call.tensor("updates");
  auto reduction = reductionOf(call);
  if (failed(x) || failed(indices) || failed(updates) || failed(reduction))
    return failure();
  auto axis = call.axis("axis", rankOf(*x));
  if (failed(axis))
    return failure();
  if (rankOf(*x) == 0 || rankOf(*x) != rankOf(*indices))
    return emitError(call.loc) << "'" << call.name << "': expected indices of the rank of the data";
  ExprBuilder g(call.builder, call.loc);
  OpFoldResult all = call.builder.getIndexAttr(-1);
  Expr positions = g(aten::reshape(call, linearPositions(call, g, *x, *indices, *axis), all));
  return scatter(call, *x, aten::reshape(call, *x, all), positions, aten::reshape(call, *updates, all), *reduction);
}

LogicalResult importScatterNd(ImportCall &call) {
  auto x = call.tensor("data"), indices = call.tensor("indices"), updates = call.tensor("updates");
  auto reduction = reductionOf(call);
  if (failed(x) || failed(indices) || failed(updates) || failed(reduction))
    return failure();
  int64_t tuple = rankOf(*indices) ? aten::typeOf(*indices).getShape().back() : ShapedType::kDynamic;
  if (ShapedType::isDynamic(tuple) || tuple < 1 || tuple > rankOf(*x))
    return call.unsupported("expected tuples of static size, no longer than the data has axes");
  ExprBuilder g(call.builder, call.loc);
  SmallVector<OpFoldResult> sizes = sizesOf(call, *x), joined = {product(call, ArrayRef(sizes).take_front(tuple))};
  joined.append(sizes.begin() + tuple, sizes.end());
  Expr positions = tuplePositions(call, g, *indices, ArrayRef(sizes).take_front(tuple));
  OpFoldResult count = product(call, sizesOf(call, positions));
  SmallVector<OpFoldResult> updateSizes = joined;
  updateSizes[0] = count;
  return scatter(call, *x, aten::reshape(call, *x, joined), g(aten::reshape(call, positions, count)),
                 aten::reshape(call, *updates, updateSizes), *reduction);
}
} // namespace

void graphopt::registerOnnxPartRules(ImportRules &rules) {
  rules.onnx({"Split"}, importSplit);
  rules.onnx({"GatherElements"}, importGatherElements);
  rules.onnx({"GatherND"}, importGatherNd);
  rules.onnx({"ScatterElements", "Scatter"}, importScatterElements);
  rules.onnx({"ScatterND"}, importScatterNd);
}
