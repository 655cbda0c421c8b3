//===- AdaptivePool.cpp - pools over parts of an axis that are as equal as can be ===//
#include "Graph/Shared/Window.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Matmul.h"
#include "graph-opt/Dialect/Graph/Ops/Pool.h"
#include "graph-opt/Dialect/Graph/Ops/Reduce.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"

using namespace mlir;
using namespace graphopt;

namespace {
constexpr int64_t longestAxis = 1 << 12; // tables of an axis have a constant for each element and part

/// Part i of `count` of an axis: [i * size / count, (i + 1) * size / count), rounded outwards.
struct Part {
  int64_t first, last;
};

SmallVector<Part> partsOf(int64_t size, int64_t count) {
  SmallVector<Part> parts;
  for (int64_t i = 0; i < count; ++i)
    parts.push_back({i * size / count, static_cast<int64_t>(llvm::divideCeil((i + 1) * size, count))});
  return parts;
}

/// What a pool is asked for: a tensor, its first axis of space, and how many parts each axis of space has.
struct Parted {
  Value x;
  int64_t first;
  SmallVector<int64_t> counts;

  bool isWhole() const {
    return llvm::all_of(counts, [](int64_t count) { return count == 1; });
  }
};

FailureOr<Parted> readParted(ImportCall &call, size_t rank) {
  auto x = call.tensor("self");
  auto counts = perAxis(call, "output_size", rank, 1);
  if (failed(x) || failed(counts))
    return failure();
  int64_t first = aten::rankOf(*x) - static_cast<int64_t>(rank);
  if (first < 1)
    return call.unsupported("expected an axis of channels");
  return Parted{*x, first, *counts};
}

/// What each part of an axis has of its elements, [size, count].
FailureOr<Value> shares(ImportCall &call, int64_t size, int64_t count, Type element) {
  if (size > longestAxis || count > longestAxis)
    return call.unsupported("uneven parts of an axis of " + Twine(size) + " elements");
  SmallVector<Attribute> values;
  SmallVector<Part> parts = partsOf(size, count);
  for (int64_t i = 0; i < size; ++i)
    for (Part part : parts) {
      bool isIn = i >= part.first && i < part.last;
      values.push_back(call.builder.getFloatAttr(element, isIn ? 1.0 / static_cast<double>(part.last - part.first) : 0.0));
    }
  auto type = RankedTensorType::get({size, count}, element);
  return Value(graph::ConstantOp::create(call.builder, call.loc, type, DenseElementsAttr::get(type, values)));
}

/// x times a matrix along an axis.
Expr product(ImportCall &call, Expr x, int64_t axis, Value matrix) {
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, x.getType().getRank()));
  std::swap(permutation[axis], permutation.back());
  Value turned = graph::TransposeOp::create(call.builder, call.loc, x, permutation);
  Value y = graph::MatmulOp::create(call.builder, call.loc, turned, matrix);
  return (*x.g)(graph::TransposeOp::create(call.builder, call.loc, y, permutation));
}

/// Averages of parts of one axis that are as equal as can be.
FailureOr<Expr> averageParts(ImportCall &call, Expr x, int64_t axis, int64_t count) {
  ExprBuilder &g = *x.g;
  RankedTensorType type = x.getType();
  int64_t size = type.getDimSize(axis), rank = type.getRank();
  if (count == 1)
    return g.mean(x, {axis}, /*keepDims=*/true);
  if (ShapedType::isDynamic(size) || count < 1 || size < 1)
    return call.unsupported("several averages of an axis of unknown size");
  if (size % count == 0) {
    SmallVector<int64_t> window(rank - axis, 1), zeros(rank - axis, 0), ones(rank - axis, 1);
    window[0] = size / count;
    Value sum = graph::SumPoolOp::create(call.builder, call.loc, x, window, window, zeros, zeros, ones);
    return g(sum) / static_cast<double>(size / count);
  }
  FailureOr<Value> matrix = shares(call, size, count, type.getElementType());
  if (failed(matrix))
    return failure();
  return product(call, x, axis, *matrix);
}

LogicalResult importAdaptiveAverage(ImportCall &call, size_t rank) {
  auto in = readParted(call, rank);
  if (failed(in))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Type type = aten::typeOf(in->x).getElementType();
  if (!isa<FloatType>(type))
    return call.unsupported("expected floating-point numbers");
  Expr y = g(call.cast(in->x, aten::computeType(type)));
  if (in->isWhole())
    return call.yield(call.cast(g.mean(y, llvm::to_vector(llvm::seq(in->first, aten::rankOf(in->x))), /*keepDims=*/true), type));
  for (auto [d, count] : llvm::enumerate(in->counts)) {
    if (y.getType().getDimSize(in->first + d) == count)
      continue;
    FailureOr<Expr> next = averageParts(call, y, in->first + d, count);
    if (failed(next))
      return failure();
    y = *next;
  }
  return call.yield(call.cast(y, type));
}

/// The largest of each row of `values` along its last axis, and its number in `places`, which broadcasts against it. Of equal ones the
/// first, and of NaNs, which are the largest, the last: what torch's loop gives.
SmallVector<Value> largest(ImportCall &call, Expr values, Expr places) {
  ExprBuilder &g = *values.g;
  int64_t last = values.getType().getRank() - 1;
  Expr most = g.reduceMax(values, {last}, /*keepDims=*/true);
  Expr none = numberLike(0x1p62, places);                                                 // behind all
  Expr keys = select(isNan(values), -1.0 - places, select(values == most, places, none)); // the least is the one that is picked
  Expr key = g(graph::ReduceMinOp::create(g.b, g.loc, keys, ArrayRef<int64_t>{last}));
  SmallVector<OpFoldResult> sizes(ArrayRef(aten::sizesOf(call, values)).drop_back());
  return {aten::reshape(call, most, sizes), select(key < 0.0, -1.0 - key, key)};
}

/// x along an axis as [parts, elements of the longest part]: shorter parts have their last element again.
Expr takeParts(ImportCall &call, Expr x, int64_t axis, int64_t size, int64_t count) {
  SmallVector<Part> parts = partsOf(size, count);
  int64_t width = 0;
  for (Part part : parts)
    width = std::max(width, part.last - part.first);
  SmallVector<int64_t> positions;
  for (Part part : parts)
    for (int64_t i = 0; i < width; ++i)
      positions.push_back(std::min(part.first + i, part.last - 1));
  auto type = RankedTensorType::get({count, width}, call.builder.getI64Type());
  Value taken = graph::ConstantOp::create(call.builder, call.loc, type, DenseElementsAttr::get(type, ArrayRef(positions)));
  return (*x.g)(graph::GatherOp::create(call.builder, call.loc, x, taken, axis));
}

/// The parts of all axes of space behind the axes before them, [..., parts, elements of a part].
Expr windowsOf(ImportCall &call, Expr x, int64_t first, ArrayRef<int64_t> space, ArrayRef<int64_t> counts) {
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, first));
  for (size_t d = 0; d < space.size(); ++d)
    x = takeParts(call, x, first + 2 * static_cast<int64_t>(d), space[d], counts[d]);
  for (int64_t which : {0, 1})
    for (size_t d = 0; d < space.size(); ++d)
      permutation.push_back(first + 2 * static_cast<int64_t>(d) + which);
  SmallVector<OpFoldResult> sizes(ArrayRef(aten::sizesOf(call, x)).take_front(first));
  for (int64_t count : counts)
    sizes.push_back(call.builder.getIndexAttr(count));
  sizes.push_back(call.builder.getIndexAttr(-1));
  Value turned = graph::TransposeOp::create(call.builder, call.loc, x, permutation);
  return (*x.g)(aten::reshape(call, turned, sizes));
}

LogicalResult importAdaptiveMax(ImportCall &call, size_t rank) {
  auto in = readParted(call, rank);
  if (failed(in))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  SmallVector<OpFoldResult> rows = aten::sizesOf(call, in->x), space(ArrayRef(rows).take_back(rank));
  OpFoldResult volume = aten::product(call, space);
  if (in->isWhole()) { // of axes of any sizes
    std::fill(rows.begin() + in->first, rows.end(), OpFoldResult(call.builder.getIndexAttr(1)));
    rows.push_back(volume);
    auto last = static_cast<int64_t>(rows.size()) - 1;
    return call.yield(largest(call, g(aten::reshape(call, in->x, rows)), g(aten::positions(call, volume, last, last + 1))));
  }
  ArrayRef<int64_t> known = aten::typeOf(in->x).getShape().take_back(rank);
  for (auto [size, count] : llvm::zip(known, in->counts))
    if (ShapedType::isDynamic(size) || size < 1 || size > longestAxis || count < 1 || count > longestAxis)
      return call.unsupported("expected axes of 1 to " + Twine(longestAxis) + " elements, in 1 to as many parts");
  Expr places = g(aten::reshape(call, aten::positions(call, volume, 0, 1), space));
  return call.yield(largest(call, windowsOf(call, g(in->x), in->first, known, in->counts), windowsOf(call, places, 0, known, in->counts)));
}

//===--- Gradients, as graphs of training have them -----------------------===//

LogicalResult importAdaptiveAverageBackward(ImportCall &call) {
  auto ct = call.tensor("grad_output"), x = call.tensor("self");
  if (failed(ct) || failed(x))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Expr y = g(call.cast(*ct, aten::computeType(*ct)));
  for (int64_t axis = aten::rankOf(*x) - 2; axis < aten::rankOf(*x); ++axis) {
    int64_t size = aten::typeOf(*x).getDimSize(axis), count = y.getType().getDimSize(axis);
    if (ShapedType::isDynamic(size) || ShapedType::isDynamic(count))
      return call.unsupported("averages of an axis of unknown size");
    FailureOr<Value> matrix = shares(call, size, count, y.getType().getElementType());
    if (failed(matrix))
      return failure();
    y = product(call, y, axis, graph::TransposeOp::create(call.builder, call.loc, *matrix, ArrayRef<int64_t>{1, 0}));
  }
  return call.yield(call.cast(y, aten::typeOf(*x).getElementType()));
}
} // namespace

void graphopt::registerAtenAdaptivePoolRules(ImportRules &rules) {
  for (size_t rank : {1, 2, 3}) {
    std::string suffix = std::to_string(rank) + "d.default";
    auto average = [=](ImportCall &call) { return importAdaptiveAverage(call, rank); };
    rules.aten({"adaptive_avg_pool" + suffix}, average);
    if (rank > 1)
      rules.aten({"_adaptive_avg_pool" + suffix}, average);
    rules.aten({"adaptive_max_pool" + suffix}, [=](ImportCall &call) { return importAdaptiveMax(call, rank); });
  }
  rules.aten({"_adaptive_avg_pool2d_backward.default"}, importAdaptiveAverageBackward);
}
