//===- Convolution.cpp - convolutions with bias, transposed ones ----------===//
#include "graph-opt/Dialect/Graph/Ops/Convolution.h"
#include "Graph/Shared/IndexMath.h"
#include "Graph/Shared/Window.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Slice.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// How a transposed convolution pads: from what the forward one, which it undoes, was given.
struct Padding {
  SmallVector<int64_t> low, high;
};

/// "same" pads so that y is as long as x, the odd element after it; "valid" not at all.
FailureOr<Padding> paddingByName(ImportCall &call, ArrayRef<int64_t> window, ArrayRef<int64_t> dilations) {
  auto mode = call.string("padding");
  if (failed(mode))
    return failure();
  Padding padding{SmallVector<int64_t>(window.size(), 0), SmallVector<int64_t>(window.size(), 0)};
  if (*mode == "valid")
    return padding;
  if (*mode != "same")
    return call.unsupported("padding '" + *mode + "'");
  for (size_t d = 0; d < window.size(); ++d) {
    int64_t all = (window[d] - 1) * dilations[d];
    padding.low[d] = all / 2;
    padding.high[d] = all - all / 2;
  }
  return padding;
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
  FailureOr<Padding> padding = Padding();
  if (named) {
    padding = paddingByName(call, window, *dilations);
    if (failed(padding))
      return failure();
  } else {
    auto both = perAxis(call, "padding", rank, 0);
    if (failed(both))
      return failure();
    padding->low = padding->high = *both;
  }

  OpBuilder &b = call.builder;
  Value input = *x, filters = *w;
  bool single = aten::rankOf(input) == type.getRank() - 1; // one sample, without its axis
  if (single)
    input = aten::insertAxis(call, input, 0);
  SmallVector<int64_t> ones(rank, 1);
  Value y;
  if (*transposed) {
    auto extra = perAxis(call, "output_padding", rank, 0);
    if (failed(extra))
      return failure();
    filters = transposeFilters(b, call.loc, filters, *groups);
    // Padding takes away from the result; what is more than the window reaches is cut off.
    SmallVector<OpFoldResult> starts(2, b.getIndexAttr(0)), cut;
    for (size_t d = 0; d < rank; ++d) {
      int64_t reach = (window[d] - 1) * (*dilations)[d], before = reach - padding->low[d], after = reach - padding->high[d] + (*extra)[d];
      starts.push_back(b.getIndexAttr(std::max<int64_t>(0, -before)));
      cut.push_back(b.getIndexAttr(std::max<int64_t>(0, -before) + std::max<int64_t>(0, -after)));
      padding->low[d] = std::max<int64_t>(0, before), padding->high[d] = std::max<int64_t>(0, after);
    }
    y = graph::ConvolutionOp::create(b, call.loc, input, filters, ones, padding->low, padding->high, *dilations, *strides, *groups);
    if (llvm::any_of(cut, [](OpFoldResult amount) { return !isConstantIntValue(amount, 0); })) {
      SmallVector<OpFoldResult> sizes = aten::sizesOf(call, y);
      IndexMath math(b, call.loc);
      for (size_t d = 0; d < rank; ++d)
        sizes[d + 2] = math.sub(sizes[d + 2], cut[d]);
      y = graph::SliceOp::create(b, call.loc, y, starts, sizes, SmallVector<int64_t>(rank + 2, 1));
    }
  } else {
    y = graph::ConvolutionOp::create(b, call.loc, input, filters, *strides, padding->low, padding->high, *dilations, ones, *groups);
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
  rule({"conv1d.padding", "conv2d.padding", "conv3d.padding"}, /*named=*/true, /*transposed=*/false);
  rule({"conv_transpose1d.default", "conv_transpose2d.input", "conv_transpose3d.input"}, /*named=*/false, /*transposed=*/true);
  rules.aten({"convolution.default"},
             [](ImportCall &call) { return importConvolution(call, /*named=*/false, call.boolean("transposed", false)); });
}
