//===- Unfold.cpp - windows laid out as columns, and back -----------------===//
#include "Graph/Shared/Window.h"
#include "Interop/Aten/Rules/Pool.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Pad.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include <numeric>

using namespace mlir;
using namespace graphopt;

namespace {
/// Windows over the last axes of a tensor, whose sizes are known.
struct Windows {
  aten::SlidingWindows lists;
  SmallVector<int64_t> padded, counts; ///< the sizes with the padding, and how many windows there are along each

  size_t space() const { return counts.size(); }
  int64_t area() const { return product(lists.window); }
  static int64_t product(ArrayRef<int64_t> sizes) { return std::accumulate(sizes.begin(), sizes.end(), int64_t(1), std::multiplies<>()); }

  /// Where each element of each window lies in the padded space: [window ..., counts ...].
  Value positions(ImportCall &call) const {
    ExprBuilder g(call.builder, call.loc);
    Expr position;
    for (size_t d = 0; d < space(); ++d) {
      auto places = [&](int64_t count, size_t axis, int64_t step) {
        return g(aten::positions(call, call.builder.getIndexAttr(count), axis, 2 * space())) * static_cast<double>(step);
      };
      Expr along = places(lists.window[d], d, lists.dilations[d]) + places(counts[d], d + space(), lists.strides[d]);
      position = d == 0 ? along : position * static_cast<double>(padded[d]) + along;
    }
    return position;
  }
};

FailureOr<Windows> layOut(ImportCall &call, const aten::SlidingWindows &lists, ArrayRef<int64_t> space) {
  Windows w{lists, {}, {}};
  for (auto [d, size] : llvm::enumerate(space)) {
    if (ShapedType::isDynamic(size) || lists.strides[d] < 1 || lists.dilations[d] < 1 || lists.window[d] < 1 || lists.low[d] < 0 ||
        lists.high[d] < 0)
      return call.unsupported("expected static sizes and windows, strides and dilations of at least 1");
    w.padded.push_back(size + lists.low[d] + lists.high[d]);
    int64_t room = w.padded[d] - (lists.window[d] - 1) * lists.dilations[d] - 1;
    if (room < 0)
      return call.unsupported("expected windows that fit");
    w.counts.push_back(room / lists.strides[d] + 1);
  }
  return w;
}

FailureOr<aten::SlidingWindows> readLists(ImportCall &call) {
  auto window = perAxis(call, "kernel_size", 2, 1), strides = perAxis(call, "stride", 2, 1), padding = perAxis(call, "padding", 2, 0),
       dilations = perAxis(call, "dilation", 2, 1);
  if (failed(window) || failed(strides) || failed(padding) || failed(dilations))
    return failure();
  return aten::SlidingWindows{*window, *strides, *padding, *padding, *dilations};
}

LogicalResult importColumns(ImportCall &call) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  int64_t rank = aten::rankOf(*x);
  if (rank != 3 && rank != 4)
    return call.unsupported("expected a tensor of rank 3 or 4");
  auto lists = readLists(call);
  if (failed(lists))
    return failure();
  auto windows = layOut(call, *lists, aten::typeOf(*x).getShape().take_back(2));
  if (failed(windows))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  SmallVector<OpFoldResult> amounts(rank, b.getIndexAttr(0)), sizes = aten::sizesOf(call, *x);
  for (int64_t d = 0; d < 2; ++d)
    amounts[rank - 2 + d] = b.getIndexAttr(lists->low[d]);
  Value zero = g.number(0, aten::typeOf(*x).getElementType());
  Value padded = graph::PadOp::create(b, call.loc, *x, zero, amounts, amounts);
  SmallVector<OpFoldResult> planes(ArrayRef(sizes).drop_back(2)), columns(ArrayRef(sizes).drop_back(3));
  planes.push_back(b.getIndexAttr(Windows::product(windows->padded)));
  Value taken = graph::GatherOp::create(b, call.loc, aten::reshape(call, padded, planes), windows->positions(call), rank - 2);
  columns.push_back(aten::product(call, {sizes[rank - 3], b.getIndexAttr(windows->area())}));
  columns.push_back(b.getIndexAttr(Windows::product(windows->counts)));
  return call.yield(aten::reshape(call, taken, columns));
}

LogicalResult importImage(ImportCall &call) {
  auto x = call.tensor("self");
  auto size = call.integers("output_size");
  auto lists = readLists(call);
  if (failed(x) || failed(size) || failed(lists))
    return failure();
  if ((aten::rankOf(*x) != 2 && aten::rankOf(*x) != 3) || size->size() != 2)
    return call.unsupported("expected a tensor of rank 2 or 3, and a size of 2 axes");
  auto y = aten::foldColumns(call, *x, *lists, *size);
  return failed(y) ? failure() : call.yield(*y);
}

/// Windows along one axis, whose elements stand along a new last one.
LogicalResult importUnfold(ImportCall &call) {
  auto x = call.tensor("self");
  auto size = call.integer("size"), step = call.integer("step");
  if (failed(x) || failed(size) || failed(step))
    return failure();
  auto axis = call.axis("dimension", aten::rankOf(*x));
  if (failed(axis))
    return failure();
  bool isScalar = aten::rankOf(*x) == 0; // as a vector, of which there is one window
  if (isScalar)
    *x = aten::insertAxis(call, *x, 0);
  int64_t length = aten::typeOf(*x).getDimSize(*axis), rank = aten::rankOf(*x);
  if (ShapedType::isDynamic(length) || *step < 1 || *size < 0 || *size > length)
    return call.unsupported("expected windows inside an axis of static size, and a step of at least 1");
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Expr start = g(aten::positions(call, b.getIndexAttr((length - *size) / *step + 1), 0, 2)) * static_cast<double>(*step);
  Expr position = start + g(aten::positions(call, b.getIndexAttr(*size), 1, 2));
  Value taken = graph::GatherOp::create(b, call.loc, *x, position, *axis);
  if (isScalar)
    return call.yield(aten::reshape(call, taken, OpFoldResult(b.getIndexAttr(*size))));
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank + 1));
  permutation.erase(permutation.begin() + *axis + 1);
  permutation.push_back(*axis + 1);
  return call.yield(graph::TransposeOp::create(b, call.loc, taken, permutation).getResult());
}
} // namespace

FailureOr<Value> aten::foldColumns(ImportCall &call, Value x, const SlidingWindows &lists, ArrayRef<int64_t> space) {
  auto windows = layOut(call, lists, space);
  if (failed(windows))
    return failure();
  OpBuilder &b = call.builder;
  int64_t rank = rankOf(x), rows = typeOf(x).getDimSize(rank - 2);
  if (ShapedType::isDynamic(rows) || rows % windows->area() != 0)
    return call.unsupported("expected a static number of rows, of whole windows");
  SmallVector<OpFoldResult> batch(ArrayRef(sizesOf(call, x)).drop_back(2)), parts, planes, padded;
  batch.push_back(b.getIndexAttr(rows / windows->area()));
  parts = planes = padded = batch;
  for (int64_t n : llvm::concat<const int64_t>(lists.window, windows->counts))
    parts.push_back(b.getIndexAttr(n));
  planes.push_back(b.getIndexAttr(Windows::product(windows->padded)));
  Value zeros = full(call, ExprBuilder(b, call.loc).number(0, typeOf(x).getElementType()), planes);
  Value y = scatter(call, zeros, windows->positions(call), reshape(call, x, parts), rank - 1, ScatterEffect::add);
  for (int64_t n : windows->padded)
    padded.push_back(b.getIndexAttr(n));
  y = reshape(call, y, padded);
  for (auto [d, size] : llvm::enumerate(space))
    y = part(call, y, rank - 1 + static_cast<int64_t>(d), b.getIndexAttr(lists.low[d]), b.getIndexAttr(size));
  return y;
}

void graphopt::registerAtenUnfoldRules(ImportRules &rules) {
  rules.aten({"im2col.default"}, importColumns);
  rules.aten({"col2im.default"}, importImage);
  rules.aten({"unfold.default", "unfold_copy.default"}, importUnfold);
}
