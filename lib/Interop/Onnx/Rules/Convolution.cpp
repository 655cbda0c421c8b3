//===- Convolution.cpp - convolutions, transposed and deformed ones -------===//
#include "graph-opt/Dialect/Graph/Ops/Convolution.h"
#include "Graph/Shared/Window.h"
#include "Interop/Aten/Rules/Convolution.h"
#include "Interop/Aten/Rules/GridSample.h"
#include "Interop/Onnx/Rules/Window.h"
#include "graph-opt/Dialect/Graph/Ops/Matmul.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

FailureOr<aten::SlidingWindows> onnx::readWindows(ImportCall &call, ArrayRef<int64_t> window) {
  size_t rank = window.size();
  auto strides = perAxis(call, "strides", rank, 1), dilations = perAxis(call, "dilations", rank, 1),
       pads = perAxis(call, "pads", 2 * rank, 0);
  if (failed(strides) || failed(dilations) || failed(pads))
    return failure();
  ArrayRef<int64_t> all = *pads;
  return aten::SlidingWindows{llvm::to_vector(window), *strides, llvm::to_vector(all.take_front(rank)),
                              llvm::to_vector(all.drop_front(rank)), *dilations};
}

FailureOr<aten::SlidingWindows> onnx::readWindowsOver(ImportCall &call, Value x, ArrayRef<int64_t> window) {
  if (rankOf(x) != static_cast<int64_t>(window.size()) + 2)
    return emitError(call.loc) << "'" << call.name << "': expected a batch, channels and " << window.size() << " axes of space";
  return readWindows(call, window);
}

LogicalResult onnx::padByRule(ImportCall &call, Value x, aten::SlidingWindows &windows) {
  auto mode = call.string("auto_pad", "NOTSET");
  if (failed(mode))
    return failure();
  if (*mode == "NOTSET" || *mode == "VALID")
    return success();
  if (*mode != "SAME_UPPER" && *mode != "SAME_LOWER")
    return call.unsupported("padding by the rule '" + *mode + "'");
  auto padding = aten::padToSame(call, aten::typeOf(x).getShape().drop_front(2), windows.window, windows.strides, windows.dilations,
                                 /*oddBehind=*/*mode == "SAME_UPPER");
  if (failed(padding))
    return failure();
  windows.low = padding->low;
  windows.high = padding->high;
  return success();
}

namespace {
/// What the three kinds have in common.
struct Convolution {
  Value x, filters, bias;
  int64_t groups;
  aten::SlidingWindows windows;

  LogicalResult yield(ImportCall &call, Value y) const { return call.yield(addChannels(call.builder, call.loc, y, bias)); }
};

FailureOr<Convolution> readConvolution(ImportCall &call, Value x, Value filters, Value bias) {
  auto groups = call.integer("group", 1);
  if (failed(groups))
    return failure();
  RankedTensorType type = aten::typeOf(filters);
  if (type.getRank() < 3 || llvm::any_of(type.getShape().drop_front(2), ShapedType::isDynamic) || *groups < 1)
    return call.unsupported("expected filters with a window of static size, and groups");
  auto windows = readWindowsOver(call, x, type.getShape().drop_front(2));
  if (failed(windows))
    return failure();
  return Convolution{x, filters, bias, *groups, *windows};
}
FailureOr<Convolution> readConvolution(ImportCall &call) {
  auto x = call.tensor("X"), filters = call.tensor("W");
  auto bias = call.optionalTensor("B");
  if (failed(x) || failed(filters) || failed(bias))
    return failure();
  return readConvolution(call, *x, *filters, *bias);
}

FailureOr<Value> build(ImportCall &call, FailureOr<Convolution> c) {
  if (failed(c) || failed(padByRule(call, c->x, c->windows)))
    return failure();
  const aten::SlidingWindows &w = c->windows;
  SmallVector<int64_t> ones(w.window.size(), 1);
  Value y = graph::ConvolutionOp::create(call.builder, call.loc, c->x, c->filters, w.strides, w.low, w.high, w.dilations, ones, c->groups);
  return addChannels(call.builder, call.loc, y, c->bias);
}

LogicalResult importConvolution(ImportCall &call) {
  auto y = build(call, readConvolution(call));
  return failed(y) ? failure() : call.yield(*y);
}

/// Padding takes away from the result. Instead of it the result's size may be given, or a rule that makes the size x's times the strides.
LogicalResult importTransposed(ImportCall &call) {
  auto c = readConvolution(call);
  auto mode = call.string("auto_pad", "NOTSET");
  if (failed(c) || failed(mode))
    return failure();
  aten::SlidingWindows &w = c->windows;
  size_t rank = w.window.size();
  auto extra = perAxis(call, "output_padding", rank, 0), wanted = perAxis(call, "output_shape", rank, 0);
  if (failed(extra) || failed(wanted))
    return failure();
  bool isUpper = *mode == "SAME_UPPER", follows = isUpper || *mode == "SAME_LOWER" || call.has("output_shape");
  for (size_t d = 0; follows && d < rank; ++d) {
    int64_t size = aten::typeOf(c->x).getDimSize(static_cast<int64_t>(d) + 2), reach = (w.window[d] - 1) * w.dilations[d];
    int64_t all = reach + 1 + (*extra)[d] - w.strides[d]; // more than the strides make of x
    if (call.has("output_shape")) {
      if (ShapedType::isDynamic(size))
        return call.unsupported("a size of the result that is not known from that of x");
      all += size * w.strides[d] - (*wanted)[d];
    }
    int64_t taken = std::max<int64_t>(all, 0);
    w.low[d] = isUpper ? taken / 2 : taken - taken / 2;
    w.high[d] = taken - w.low[d];
    (*extra)[d] += taken - all;
  }
  return c->yield(call, aten::convolveTransposed(call, c->x, c->filters, w.strides, {w.low, w.high}, w.dilations, *extra, c->groups));
}

/// Each element of a window is read at its place moved by an offset, between the elements of x, and weighed by a mask.
LogicalResult importDeformed(ImportCall &call) {
  auto c = readConvolution(call);
  auto offset = call.tensor("offset"), mask = call.optionalTensor("mask");
  auto parts = call.integer("offset_group", 1);
  if (failed(c) || failed(offset) || failed(mask) || failed(parts))
    return failure();
  RankedTensorType type = aten::typeOf(c->x);
  const aten::SlidingWindows &w = c->windows;
  auto space = static_cast<int64_t>(w.window.size());
  if (rankOf(*offset) != type.getRank() || *parts < 1 || type.isDynamicDim(1) || type.getDimSize(1) % *parts != 0 ||
      type.getDimSize(1) % c->groups != 0 || !isa<FloatType>(type.getElementType()))
    return call.unsupported("expected floating-point numbers, and a static number of channels in whole groups");
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  auto number = [&](int64_t n) { return OpFoldResult(b.getIndexAttr(n)); };
  // The parts of the channels, each with its own offsets, count as images.
  SmallVector<OpFoldResult> sizes = sizesOf(call, c->x), results(ArrayRef(sizesOf(call, *offset)).drop_front(2)), parted = sizes;
  OpFoldResult images = product(call, {sizes[0], number(*parts)});
  parted[0] = images;
  parted[1] = number(type.getDimSize(1) / *parts);
  SmallVector<OpFoldResult> places = {images}, moved; // [images, window ..., results ...], and an axis for the offset along each axis
  for (int64_t size : w.window)
    places.push_back(number(size));
  moved = places;
  moved.push_back(number(space));
  places.append(results.begin(), results.end());
  moved.append(results.begin(), results.end());
  Type wide = computeType(c->x);
  Value offsets = aten::reshape(call, call.cast(*offset, wide), moved);
  auto rank = static_cast<int64_t>(places.size());
  SmallVector<Expr> at;
  for (int64_t d = 0; d < space; ++d) {
    Expr tap = g(aten::positions(call, number(w.window[d]), 1 + d, rank)) * static_cast<double>(w.dilations[d]);
    Expr start = g(aten::positions(call, results[d], 1 + space + d, rank)) * static_cast<double>(w.strides[d]);
    Expr place = g.cast(tap + start - static_cast<double>(w.low[d]), wide);
    at.push_back(place + g(aten::reshape(call, part(call, offsets, 1 + space, number(d), number(1)), places)));
  }
  Expr x = g(aten::reshape(call, call.cast(c->x, wide), parted));
  Expr read = aten::Image(call, x, rank, aten::Outside::zeros, /*alignCorners=*/true).linear(at);
  if (*mask)
    read = read * g(aten::insertAxis(call, aten::reshape(call, call.cast(*mask, wide), places), rank));
  // [images, window ..., results ..., channels] as columns, which the filters are a matrix for.
  SmallVector<int64_t> channelsSecond = {0, rank};
  llvm::append_range(channelsSecond, llvm::seq<int64_t>(1, rank));
  Value columns = graph::TransposeOp::create(b, call.loc, read, channelsSecond);
  SmallVector<OpFoldResult> filters = sizesOf(call, c->filters), y = {sizes[0], filters[0]};
  OpFoldResult rows = product(call, ArrayRef(filters).drop_front()), groups = number(c->groups);
  columns = aten::reshape(call, columns, {sizes[0], groups, rows, product(call, results)});
  Value matrix = aten::reshape(call, call.cast(c->filters, wide), {groups, number(-1), rows});
  y.append(results.begin(), results.end());
  Value sum = aten::reshape(call, graph::MatmulOp::create(b, call.loc, matrix, columns), y);
  return c->yield(call, call.cast(sum, type.getElementType()));
}

/// The sum of what all windows, laid out as columns, have of each element of a space.
LogicalResult importColumnsToImage(ImportCall &call) {
  auto x = call.tensor("input");
  auto space = call.integers("image_shape"), window = call.integers("block_shape");
  if (failed(x) || failed(space) || failed(window))
    return failure();
  auto windows = readWindows(call, *window);
  if (failed(windows))
    return failure();
  if (rankOf(*x) != 3 || space->empty() || window->size() != space->size())
    return emitError(call.loc) << "'Col2Im': expected columns of rank 3, and as many sizes of the window as of the result";
  auto y = aten::foldColumns(call, *x, *windows, *space);
  return failed(y) ? failure() : call.yield(*y);
}
} // namespace

FailureOr<Value> onnx::convolve(ImportCall &call, Value x, Value filters, Value bias) {
  return build(call, readConvolution(call, x, filters, bias));
}

void graphopt::registerOnnxConvolutionRules(ImportRules &rules) {
  rules.onnx({"Conv"}, importConvolution);
  rules.onnx({"ConvTranspose"}, importTransposed);
  rules.onnx({"DeformConv"}, importDeformed);
  rules.onnx({"Col2Im"}, importColumnsToImage);
}
