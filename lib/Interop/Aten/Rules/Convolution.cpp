//===- Convolution.cpp - convolutions with bias, transposed ones ----------===//
#include "Interop/Aten/Rules/Convolution.h"
#include "Graph/Shared/IndexMath.h"
#include "Graph/Shared/Window.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Convolution.h"
#include "graph-opt/Dialect/Graph/Ops/Slice.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;

FailureOr<aten::WindowPadding> aten::padToSame(const ImportCall &call, ArrayRef<int64_t> space, ArrayRef<int64_t> window,
                                               ArrayRef<int64_t> strides, ArrayRef<int64_t> dilations, bool oddBehind) {
  WindowPadding padding;
  for (size_t d = 0; d < window.size(); ++d) {
    int64_t reach = (window[d] - 1) * dilations[d], all = reach;
    if (strides[d] != 1) {
      if (ShapedType::isDynamic(space[d]) || strides[d] < 1)
        return call.unsupported("padding that follows from a size that is not known");
      all = std::max<int64_t>(0, (llvm::divideCeil(space[d], strides[d]) - 1) * strides[d] + reach + 1 - space[d]);
    }
    padding.low.push_back(oddBehind ? all / 2 : all - all / 2);
    padding.high.push_back(all - padding.low.back());
  }
  return padding;
}

Value aten::convolveTransposed(ImportCall &call, Value x, Value filters, ArrayRef<int64_t> strides, const WindowPadding &padding,
                               ArrayRef<int64_t> dilations, ArrayRef<int64_t> extra, int64_t groups) {
  OpBuilder &b = call.builder;
  ArrayRef<int64_t> window = typeOf(filters).getShape().drop_front(2);
  filters = transposeFilters(b, call.loc, filters, groups);
  // Padding takes away from the result; what is more than the window reaches is cut off.
  SmallVector<OpFoldResult> starts(2, b.getIndexAttr(0)), cut;
  SmallVector<int64_t> low, high, ones(window.size(), 1);
  for (size_t d = 0; d < window.size(); ++d) {
    int64_t reach = (window[d] - 1) * dilations[d], before = reach - padding.low[d], after = reach - padding.high[d] + extra[d];
    starts.push_back(b.getIndexAttr(std::max<int64_t>(0, -before)));
    cut.push_back(b.getIndexAttr(std::max<int64_t>(0, -before) + std::max<int64_t>(0, -after)));
    low.push_back(std::max<int64_t>(0, before));
    high.push_back(std::max<int64_t>(0, after));
  }
  Value y = graph::ConvolutionOp::create(b, call.loc, x, filters, ones, low, high, dilations, strides, groups);
  if (llvm::all_of(cut, [](OpFoldResult amount) { return isConstantIntValue(amount, 0); }))
    return y;
  SmallVector<OpFoldResult> sizes = sizesOf(call, y);
  IndexMath math(b, call.loc);
  for (size_t d = 0; d < window.size(); ++d)
    sizes[d + 2] = math.sub(sizes[d + 2], cut[d]);
  return graph::SliceOp::create(b, call.loc, y, starts, sizes, SmallVector<int64_t>(sizes.size(), 1));
}

namespace {
/// "same" pads so that y is as long as x, the odd element after it; "valid" not at all.
FailureOr<aten::WindowPadding> paddingByName(ImportCall &call, RankedTensorType x, ArrayRef<int64_t> window, ArrayRef<int64_t> strides,
                                             ArrayRef<int64_t> dilations) {
  auto mode = call.string("padding");
  if (failed(mode))
    return failure();
  if (*mode == "same")
    return aten::padToSame(call, x.getShape().take_back(window.size()), window, strides, dilations, /*oddBehind=*/true);
  if (*mode != "valid")
    return call.unsupported("padding '" + *mode + "'");
  SmallVector<int64_t> zeros(window.size(), 0);
  return aten::WindowPadding{zeros, zeros};
}

LogicalResult importConvolution(ImportCall &call, bool named, FailureOr<bool> transposed) {
  auto x = call.tensor("input"), w = call.tensor("weight");
  auto bias = call.optionalTensor("bias");
  if (failed(x) || failed(w) || failed(bias) || failed(transposed))
    return failure();
  RankedTensorType type = aten::typeOf(*w);
  if (type.getRank() < 3)
    return call.unsupported("expected filters of rank 3 or more");
  ArrayRef<int64_t> window = type.getShape().drop_front(2);
  size_t rank = window.size();
  auto strides = perAxis(call, "stride", rank, 1), dilations = perAxis(call, "dilation", rank, 1);
  auto groups = call.integer("groups", 1);
  if (failed(strides) || failed(dilations) || failed(groups))
    return failure();
  if (llvm::any_of(window, ShapedType::isDynamic) || *groups < 1)
    return call.unsupported("expected a window of static size, and groups");
  FailureOr<aten::WindowPadding> padding = aten::WindowPadding();
  if (named) {
    padding = paddingByName(call, aten::typeOf(*x), window, *strides, *dilations);
    if (failed(padding))
      return failure();
  } else {
    auto both = perAxis(call, "padding", rank, 0);
    if (failed(both))
      return failure();
    padding->low = padding->high = *both;
  }

  OpBuilder &b = call.builder;
  Value input = *x;
  bool single = aten::rankOf(input) == type.getRank() - 1; // one sample, without its axis
  if (single)
    input = aten::insertAxis(call, input, 0);
  Value y;
  if (*transposed) {
    auto extra = perAxis(call, "output_padding", rank, 0);
    if (failed(extra))
      return failure();
    y = aten::convolveTransposed(call, input, *w, *strides, *padding, *dilations, *extra, *groups);
  } else {
    SmallVector<int64_t> ones(rank, 1);
    y = graph::ConvolutionOp::create(b, call.loc, input, *w, *strides, padding->low, padding->high, *dilations, ones, *groups);
  }
  y = addChannels(b, call.loc, y, *bias);
  if (single) {
    SmallVector<OpFoldResult> sizes = aten::sizesOf(call, y);
    y = aten::reshape(call, y, ArrayRef(sizes).drop_front());
  }
  return call.yield(y);
}
} // namespace

void graphopt::registerAtenConvolutionRules(ImportRules &rules) {
  auto rule = [&](ArrayRef<StringRef> overloads, bool named, bool transposed) {
    rules.aten(overloads, [=](ImportCall &call) { return importConvolution(call, named, transposed); });
  };
  rule({"conv1d.default", "conv2d.default", "conv3d.default"}, /*named=*/false, /*transposed=*/false);
  rule({"conv1d.padding", "conv2d.padding", "conv3d.padding", "_convolution_mode.default"}, /*named=*/true, /*transposed=*/false);
  rule({"conv_transpose1d.default", "conv_transpose2d.input", "conv_transpose3d.input"}, /*named=*/false, /*transposed=*/true);
  rules.aten({"convolution.default", "_convolution.default", "_convolution.deprecated"},
             [](ImportCall &call) { return importConvolution(call, /*named=*/false, call.boolean("transposed", false)); });
}
