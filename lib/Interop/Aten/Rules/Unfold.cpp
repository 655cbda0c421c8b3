//===- Unfold.cpp - windows laid out as columns, and back -----------------===//
#include "Graph/Shared/Window.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Pad.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// Windows over two axes of space, whose sizes are known.
struct Windows {
  SmallVector<int64_t> window, strides, padding, dilations, padded, counts;

  SmallVector<OpFoldResult> amounts(OpBuilder &b, int64_t rank) const {
    SmallVector<OpFoldResult> all(rank, b.getIndexAttr(0));
    for (int64_t d = 0; d < 2; ++d)
      all[rank - 2 + d] = b.getIndexAttr(padding[d]);
    return all;
  }

  /// Where each element of each window lies in the padded plane: [kh, kw, windows down, windows right].
  Value positions(ImportCall &call) const {
    ExprBuilder g(call.builder, call.loc);
    auto places = [&](int64_t d) {
      Expr inside = g(aten::positions(call, call.builder.getIndexAttr(window[d]), d, 4)) * static_cast<double>(dilations[d]);
      Expr start = g(aten::positions(call, call.builder.getIndexAttr(counts[d]), d + 2, 4)) * static_cast<double>(strides[d]);
      return inside + start;
    };
    return places(0) * static_cast<double>(padded[1]) + places(1);
  }
};

FailureOr<Windows> readWindows(ImportCall &call, ArrayRef<int64_t> space) {
  Windows w;
  auto window = perAxis(call, "kernel_size", 2, 1), strides = perAxis(call, "stride", 2, 1), padding = perAxis(call, "padding", 2, 0),
       dilations = perAxis(call, "dilation", 2, 1);
  if (failed(window) || failed(strides) || failed(padding) || failed(dilations))
    return failure();
  w = {*window, *strides, *padding, *dilations, {}, {}};
  for (int64_t d = 0; d < 2; ++d) {
    if (ShapedType::isDynamic(space[d]) || w.strides[d] < 1 || w.dilations[d] < 1 || w.window[d] < 1 || w.padding[d] < 0)
      return call.unsupported("expected static sizes and windows, strides and dilations of at least 1");
    w.padded.push_back(space[d] + 2 * w.padding[d]);
    int64_t room = w.padded[d] - (w.window[d] - 1) * w.dilations[d] - 1;
    if (room < 0)
      return call.unsupported("expected windows that fit");
    w.counts.push_back(room / w.strides[d] + 1);
  }
  return w;
}

LogicalResult importColumns(ImportCall &call) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  int64_t rank = aten::rankOf(*x);
  if (rank != 3 && rank != 4)
    return call.unsupported("expected a tensor of rank 3 or 4");
  auto windows = readWindows(call, aten::typeOf(*x).getShape().take_back(2));
  if (failed(windows))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  SmallVector<OpFoldResult> amounts = windows->amounts(b, rank), sizes = aten::sizesOf(call, *x);
  Value zero = g.number(0, aten::typeOf(*x).getElementType());
  Value padded = graph::PadOp::create(b, call.loc, *x, zero, amounts, amounts);
  SmallVector<OpFoldResult> planes(ArrayRef(sizes).drop_back(2)), columns(ArrayRef(sizes).drop_back(3));
  planes.push_back(b.getIndexAttr(windows->padded[0] * windows->padded[1]));
  Value taken = graph::GatherOp::create(b, call.loc, aten::reshape(call, padded, planes), windows->positions(call), rank - 2);
  OpFoldResult area = b.getIndexAttr(windows->window[0] * windows->window[1]);
  columns.push_back(aten::product(call, {sizes[rank - 3], area}));
  columns.push_back(b.getIndexAttr(windows->counts[0] * windows->counts[1]));
  return call.yield(aten::reshape(call, taken, columns));
}

/// The sum of what all windows have of each element.
LogicalResult importImage(ImportCall &call) {
  auto x = call.tensor("self");
  auto size = call.integers("output_size");
  if (failed(x) || failed(size))
    return failure();
  int64_t rank = aten::rankOf(*x);
  if ((rank != 2 && rank != 3) || size->size() != 2)
    return call.unsupported("expected a tensor of rank 2 or 3, and a size of 2 axes");
  auto windows = readWindows(call, *size);
  if (failed(windows))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  int64_t area = windows->window[0] * windows->window[1], rows = aten::typeOf(*x).getDimSize(rank - 2);
  if (ShapedType::isDynamic(rows) || rows % area != 0)
    return call.unsupported("expected a static number of rows, of whole windows");
  SmallVector<OpFoldResult> batch(ArrayRef(aten::sizesOf(call, *x)).drop_back(2)), parts, planes, padded;
  batch.push_back(b.getIndexAttr(rows / area));
  parts = planes = padded = batch;
  for (int64_t n : {windows->window[0], windows->window[1], windows->counts[0], windows->counts[1]})
    parts.push_back(b.getIndexAttr(n));
  planes.push_back(b.getIndexAttr(windows->padded[0] * windows->padded[1]));
  Value zeros = aten::full(call, g.number(0, aten::typeOf(*x).getElementType()), planes);
  Value sum = aten::scatter(call, zeros, windows->positions(call), aten::reshape(call, *x, parts), rank - 1, aten::ScatterEffect::add);
  for (int64_t n : windows->padded)
    padded.push_back(b.getIndexAttr(n));
  Value y = aten::reshape(call, sum, padded);
  for (int64_t d = 0; d < 2; ++d)
    y = aten::part(call, y, rank - 1 + d, b.getIndexAttr(windows->padding[d]), b.getIndexAttr((*size)[d]));
  return call.yield(y);
}

/// Windows along one axis, whose elements stand along a new last one.
LogicalResult importUnfold(ImportCall &call) {
  auto x = call.tensor("self");
  auto size = call.integer("size"), step = call.integer("step");
  if (failed(x) || failed(size) || failed(step))
    return failure();
  auto axis = aten::axisOf(call, "dimension", *x);
  if (failed(axis))
    return failure();
  int64_t length = aten::typeOf(*x).getDimSize(*axis), rank = aten::rankOf(*x);
  if (ShapedType::isDynamic(length) || *step < 1 || *size < 0 || *size > length)
    return call.unsupported("expected windows inside an axis of static size, and a step of at least 1");
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Expr start = g(aten::positions(call, b.getIndexAttr((length - *size) / *step + 1), 0, 2)) * static_cast<double>(*step);
  Expr position = start + g(aten::positions(call, b.getIndexAttr(*size), 1, 2));
  Value taken = graph::GatherOp::create(b, call.loc, *x, position, *axis);
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank + 1));
  permutation.erase(permutation.begin() + *axis + 1);
  permutation.push_back(*axis + 1);
  return call.yield(graph::TransposeOp::create(b, call.loc, taken, permutation).getResult());
}
} // namespace

void graphopt::registerAtenUnfoldRules(ImportRules &rules) {
  rules.aten({"im2col.default"}, importColumns);
  rules.aten({"col2im.default"}, importImage);
  rules.aten({"unfold.default", "unfold_copy.default"}, importUnfold);
}
