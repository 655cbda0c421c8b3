//===- Part.cpp - tensors cut up, and elements by their positions ---------===//
#include "Graph/Shared/Indexing.h"
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

SmallVector<Value> onnx::cut(const ImportCall &call, Value x, int64_t axis, ArrayRef<OpFoldResult> sizes) {
  OpBuilder &b = call.builder;
  OpFoldResult start = b.getIndexAttr(0);
  SmallVector<Value> parts;
  for (OpFoldResult size : sizes) {
    parts.push_back(part(call, x, axis, start, size));
    start = getAsOpFoldResult(b.createOrFold<arith::AddIOp>(call.loc, getValueOrCreateConstantIndexOp(b, call.loc, start),
                                                            getValueOrCreateConstantIndexOp(b, call.loc, size)));
  }
  return parts;
}

Value onnx::constantOf(const ImportCall &call, ArrayRef<int64_t> elements, ArrayRef<int64_t> shape) {
  auto type = RankedTensorType::get(shape, call.builder.getI64Type());
  return graph::ConstantOp::create(call.builder, call.loc, type, DenseElementsAttr::get(type, elements));
}

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
  return call.yield(cut(call, *x, *axis, sizes));
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

/// A tensor, and positions of its rank along an axis of it, counted from 0.
struct Elements {
  Value x, positions;
  int64_t axis;
};

FailureOr<Elements> readElements(ImportCall &call) {
  auto x = call.tensor("data"), indices = call.tensor("indices");
  if (failed(x) || failed(indices))
    return failure();
  auto axis = call.axis("axis", rankOf(*x));
  if (failed(axis))
    return failure();
  if (rankOf(*x) == 0 || rankOf(*x) != rankOf(*indices))
    return emitError(call.loc) << "'" << call.name << "': expected indices of the rank of the data";
  ExprBuilder g(call.builder, call.loc);
  return Elements{*x, aten::fromEnd(call, g(call.cast(*indices, call.builder.getI64Type())), sizesOf(call, *x)[*axis]), *axis};
}

LogicalResult importGatherElements(ImportCall &call) {
  auto elements = readElements(call);
  if (failed(elements))
    return failure();
  return call.yield(gatherAlong(call.builder, call.loc, elements->x, elements->positions, elements->axis));
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

FailureOr<aten::ScatterEffect> effectOf(ImportCall &call) {
  auto reduction = call.string("reduction", "none");
  if (failed(reduction))
    return failure();
  auto effect = llvm::StringSwitch<std::optional<aten::ScatterEffect>>(*reduction)
                    .Case("none", aten::ScatterEffect::put)
                    .Case("add", aten::ScatterEffect::add)
                    .Case("mul", aten::ScatterEffect::multiply)
                    .Case("max", aten::ScatterEffect::max)
                    .Case("min", aten::ScatterEffect::min)
                    .Default(std::nullopt);
  if (!effect)
    return call.unsupported("the reduction '" + *reduction + "'");
  return *effect;
}

LogicalResult importScatterElements(ImportCall &call) {
  auto elements = readElements(call);
  auto updates = call.tensor("updates");
  auto effect = effectOf(call);
  if (failed(elements) || failed(updates) || failed(effect))
    return failure();
  return call.yield(aten::scatterAlong(call, elements->x, elements->positions, *updates, elements->axis, *effect));
}

LogicalResult importScatterNd(ImportCall &call) {
  auto x = call.tensor("data"), indices = call.tensor("indices"), updates = call.tensor("updates");
  auto effect = effectOf(call);
  if (failed(x) || failed(indices) || failed(updates) || failed(effect))
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
  Value y = aten::scatter(call, aten::reshape(call, *x, joined), aten::reshape(call, positions, count),
                          aten::reshape(call, *updates, updateSizes), 0, *effect);
  return call.yield(aten::reshape(call, y, sizes));
}

/// Which elements differ from 0, in row-major order, where that is known: then it makes sizes.
std::optional<SmallVector<int64_t>> knownTruths(Value tensor) {
  auto elements = knownElements(tensor);
  if (!elements)
    return std::nullopt;
  SmallVector<int64_t> positions;
  for (auto [i, element] : llvm::enumerate(*elements)) {
    auto number = knownNumber(element);
    if (!number)
      return std::nullopt;
    if (*number != 0)
      positions.push_back(static_cast<int64_t>(i));
  }
  return positions;
}

/// The slices, or all elements, whose truth value is true.
LogicalResult importCompress(ImportCall &call) {
  auto x = call.tensor("input"), condition = call.tensor("condition");
  if (failed(x) || failed(condition))
    return failure();
  auto axis = call.has("axis") ? axisOf(call, "axis", *x) : FailureOr<int64_t>(0);
  if (failed(axis))
    return failure();
  auto positions = knownTruths(*condition);
  Value from = call.has("axis") ? *x : flatten(call.builder, call.loc, *x);
  Value taken = positions ? constantOf(call, *positions, static_cast<int64_t>(positions->size())) : aten::truths(call, *condition);
  return call.yield(graph::GatherOp::create(call.builder, call.loc, from, taken, *axis).getResult());
}

/// The positions of elements that differ from 0: [axis, found].
LogicalResult importNonZero(ImportCall &call) {
  auto x = call.tensor("X");
  if (failed(x))
    return failure();
  auto found = knownTruths(*x);
  if (!found)
    return call.yield(graph::TransposeOp::create(call.builder, call.loc, aten::nonzero(call, *x), ArrayRef<int64_t>{1, 0}).getResult());
  SmallVector<int64_t> positions;
  int64_t below = 1; // elements of one step along the axis
  for (int64_t size : llvm::reverse(aten::typeOf(*x).getShape())) {
    positions.insert(positions.begin(), found->size(), 0);
    for (auto [i, flat] : llvm::enumerate(*found))
      positions[i] = flat / below % size;
    below *= size;
  }
  return call.yield(constantOf(call, positions, {rankOf(*x), static_cast<int64_t>(found->size())}));
}

LogicalResult importUnique(ImportCall &call) {
  auto x = call.tensor("X");
  auto sorted = call.boolean("sorted", true);
  if (failed(x) || failed(sorted))
    return failure();
  auto axis = call.has("axis") ? axisOf(call, "axis", *x) : FailureOr<int64_t>(0);
  if (failed(axis))
    return failure();
  auto found = aten::unique(call, *x, call.has("axis") ? std::optional(*axis) : std::nullopt,
                            *sorted ? aten::UniqueOrder::sorted : aten::UniqueOrder::appearance);
  if (failed(found))
    return failure();
  return call.yield(ArrayRef<Value>(*found).take_front(call.resultTypes.size()));
}

LogicalResult importTopK(ImportCall &call) {
  auto x = call.tensor("X");
  auto k = call.has("K") ? call.size("K") : call.size("k"); // an attribute before opset 10
  auto largest = call.boolean("largest", true);
  if (failed(x) || failed(k) || failed(largest))
    return failure();
  auto axis = axisOf(call, "axis", *x);
  return failed(axis) ? failure() : aten::yieldFirst(call, {*x, *axis, /*isScalar=*/false}, *k, *largest);
}

/// The first elements of each sequence of a batch backwards, as many as its length says; the rest as they are.
LogicalResult importReverseSequence(ImportCall &call) {
  auto x = call.tensor("input"), lengths = call.tensor("sequence_lens");
  auto batch = call.integer("batch_axis"), time = call.integer("time_axis");
  if (failed(x) || failed(lengths) || failed(batch) || failed(time))
    return failure();
  if (rankOf(*x) < 2 || rankOf(*lengths) != 1 || std::min(*batch, *time) != 0 || std::max(*batch, *time) != 1)
    return emitError(call.loc) << "'ReverseSequence': expected lengths of a batch and a time in the first two axes";
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  SmallVector<OpFoldResult> sizes = sizesOf(call, *x), along(2, b.getIndexAttr(1)), joined = {product(call, ArrayRef(sizes).take_front(2))};
  along[*batch] = sizes[*batch];
  joined.append(sizes.begin() + 2, sizes.end());
  Expr step = g(aten::positions(call, sizes[*time], *time, 2)), number = g(aten::positions(call, sizes[*batch], *batch, 2));
  Expr length = g(aten::reshape(call, call.cast(*lengths, b.getI64Type()), along));
  Expr place = select(step < length, length - 1.0 - step, step);
  Expr row = *time == 0 ? place * aten::sizeAsTensor(call, g, sizes[1]) + number : number * aten::sizeAsTensor(call, g, sizes[1]) + place;
  return call.yield(graph::GatherOp::create(b, call.loc, aten::reshape(call, *x, joined), row, int64_t(0)).getResult());
}
} // namespace

void graphopt::registerOnnxPartRules(ImportRules &rules) {
  rules.onnx({"Compress"}, importCompress);
  rules.onnx({"NonZero"}, importNonZero);
  rules.onnx({"Unique"}, importUnique);
  rules.onnx({"TopK"}, importTopK);
  rules.onnx({"ReverseSequence"}, importReverseSequence);
  rules.onnx({"Split"}, importSplit);
  rules.onnx({"GatherElements"}, importGatherElements);
  rules.onnx({"GatherND"}, importGatherNd);
  rules.onnx({"ScatterElements", "Scatter"}, importScatterElements);
  rules.onnx({"ScatterND"}, importScatterNd);
}
