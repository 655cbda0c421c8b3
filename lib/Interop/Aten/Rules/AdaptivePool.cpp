//===- AdaptivePool.cpp - pools over parts of an axis that are as equal as can be ===//
#include "Graph/Shared/Window.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Compare.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Matmul.h"
#include "graph-opt/Dialect/Graph/Ops/Pool.h"
#include "graph-opt/Dialect/Graph/Ops/Reduce.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"

using namespace mlir;
using namespace graphopt;

namespace {
constexpr int64_t longestAxis = 1 << 12; // tables of an axis have a constant for each element and part

/// Part `index` of `count` of an axis: [index * size / count, (index + 1) * size / count), rounded outwards.
struct Part {
  int64_t first, last;
  Part(int64_t index, int64_t size, int64_t count) : first(index * size / count), last(llvm::divideCeil((index + 1) * size, count)) {}
};

/// What each part of an axis has of its elements, [size, count].
FailureOr<Value> shares(ImportCall &call, int64_t size, int64_t count, Type element) {
  if (size > longestAxis || count > longestAxis)
    return call.unsupported("uneven parts of an axis of " + Twine(size) + " elements");
  SmallVector<Attribute> values;
  for (int64_t i = 0; i < size; ++i)
    for (int64_t index = 0; index < count; ++index) {
      Part part(index, size, count);
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
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  auto counts = perAxis(call, "output_size", rank, 1);
  if (failed(counts))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Expr y = g(call.cast(*x, aten::computeType(*x)));
  auto first = aten::rankOf(*x) - static_cast<int64_t>(rank);
  if (first < 1 || !isa<FloatType>(y.getType().getElementType()))
    return call.unsupported("expected floating-point numbers with an axis of channels");
  if (llvm::all_of(*counts, [](int64_t count) { return count == 1; })) {
    y = g.mean(y, llvm::to_vector(llvm::seq<int64_t>(first, aten::rankOf(*x))), /*keepDims=*/true);
    return call.yield(call.cast(y, aten::typeOf(*x).getElementType()));
  }
  for (auto [d, count] : llvm::enumerate(*counts)) {
    if (y.getType().getDimSize(first + d) == count)
      continue;
    FailureOr<Expr> next = averageParts(call, y, first + d, count);
    if (failed(next))
      return failure();
    y = *next;
  }
  return call.yield(call.cast(y, aten::typeOf(*x).getElementType()));
}

/// The largest of each row of `values` along its last axis, and its number in `places`, which broadcasts against it. Of equal ones the
/// first, and of NaNs, which are the largest, the last: what torch's loop gives.
SmallVector<Value> largest(ImportCall &call, Expr values, Expr places) {
  ExprBuilder &g = *values.g;
  int64_t last = values.getType().getRank() - 1;
  Expr most = g.reduceMax(values, {last}, /*keepDims=*/true);
  Expr isNan = g(graph::NeOp::create(g.b, g.loc, values, values));
  Expr none = numberLike(0x1p62, places);                                         // behind all
  Expr keys = select(isNan, -1.0 - places, select(values == most, places, none)); // the least is the one that is picked
  Expr key = g(graph::ReduceMinOp::create(g.b, g.loc, keys, ArrayRef<int64_t>{last}));
  SmallVector<OpFoldResult> sizes(ArrayRef(aten::sizesOf(call, values)).drop_back());
  return {aten::reshape(call, most, sizes), select(key < numberLike(0, key), -1.0 - key, key)};
}

/// x along an axis as [parts, elements of the longest part]: shorter parts have their last element again.
Expr takeParts(ImportCall &call, Expr x, int64_t axis, int64_t size, int64_t count) {
  int64_t width = 0;
  for (int64_t index = 0; index < count; ++index)
    width = std::max(width, Part(index, size, count).last - Part(index, size, count).first);
  SmallVector<int64_t> positions;
  for (int64_t index = 0; index < count; ++index)
    for (int64_t i = 0; i < width; ++i)
      positions.push_back(std::min(Part(index, size, count).first + i, Part(index, size, count).last - 1));
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
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  auto counts = perAxis(call, "output_size", rank, 1);
  if (failed(counts))
    return failure();
  auto first = aten::rankOf(*x) - static_cast<int64_t>(rank);
  if (first < 1)
    return call.unsupported("expected an axis of channels");
  ExprBuilder g(call.builder, call.loc);
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, *x);
  OpFoldResult volume = aten::product(call, ArrayRef(sizes).take_back(rank));
  SmallVector<OpFoldResult> space(ArrayRef(sizes).take_back(rank));
  if (llvm::all_of(*counts, [](int64_t count) { return count == 1; })) { // of axes of any sizes
    SmallVector<OpFoldResult> rows(ArrayRef(sizes).take_front(first));
    rows.append(rank, call.builder.getIndexAttr(1));
    rows.push_back(volume);
    Expr places = g(aten::positions(call, volume, static_cast<int64_t>(rows.size()) - 1, static_cast<int64_t>(rows.size())));
    return call.yield(largest(call, g(aten::reshape(call, *x, rows)), places));
  }
  ArrayRef<int64_t> known = aten::typeOf(*x).getShape().take_back(rank);
  for (auto [size, count] : llvm::zip(known, *counts))
    if (ShapedType::isDynamic(size) || size < 1 || size > longestAxis || count < 1 || count > longestAxis)
      return call.unsupported("expected axes of 1 to " + Twine(longestAxis) + " elements, in 1 to as many parts");
  Expr places = g(aten::reshape(call, aten::positions(call, volume, 0, 1), space));
  return call.yield(largest(call, windowsOf(call, g(*x), first, known, *counts), windowsOf(call, places, 0, known, *counts)));
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
