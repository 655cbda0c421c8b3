//===- Pool.cpp - pooling with positions, averages, adaptive sizes --------===//
#include "Graph/Shared/Window.h"
#include "Interop/Aten/Rules/Rules.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// The lists of a pool over the last axes of x.
struct Lists {
  SmallVector<int64_t> window, strides, low, high, dilations;
  bool ceil = false; ///< `high` is more than was asked for, somewhere

  template <typename Op> Value pool(ImportCall &call, Value x) const {
    return Op::create(call.builder, call.loc, x, window, strides, low, high, dilations);
  }
};

/// Sizes that are rounded up: padding behind x, up to the last window that starts in x or in front of it.
LogicalResult roundUp(ImportCall &call, RankedTensorType type, Lists &lists) {
  size_t rank = lists.window.size();
  for (size_t d = 0; d < rank; ++d) {
    int64_t size = type.getDimSize(type.getRank() - rank + d), stride = lists.strides[d],
            reach = (lists.window[d] - 1) * lists.dilations[d];
    int64_t extra = stride - 1;
    if (!ShapedType::isDynamic(size)) {
      int64_t room = size + lists.low[d] + lists.high[d] - reach - 1, count = llvm::divideCeil(std::max<int64_t>(room, 0), stride) + 1;
      if ((count - 1) * stride >= size + lists.low[d])
        --count;
      extra = std::max<int64_t>(0, (count - 1) * stride - room);
    } else if (stride + lists.high[d] > reach + 1) {
      return call.unsupported("rounding up the number of windows along an axis of unknown size, which they don't cover");
    }
    lists.high[d] += extra;
    lists.ceil |= extra > 0;
  }
  return success();
}

FailureOr<Lists> readLists(ImportCall &call, Value x, size_t rank) {
  auto type = aten::typeOf(x);
  if (type.getRank() < static_cast<int64_t>(rank) + 1)
    return call.unsupported("expected an axis of channels and " + Twine(rank) + " of space");
  auto window = perAxis(call, "kernel_size", rank, 1), padding = perAxis(call, "padding", rank, 0);
  auto dilations = perAxis(call, "dilation", rank, 1);
  auto ceil = aten::boolean(call, "ceil_mode", false);
  if (failed(window) || failed(padding) || failed(dilations) || failed(ceil))
    return failure();
  auto given = call.has("stride") ? call.integers("stride") : FailureOr<SmallVector<int64_t>>(SmallVector<int64_t>());
  if (failed(given))
    return failure();
  auto strides = given->empty() ? window : perAxis(call, "stride", rank, 1);
  if (failed(strides))
    return failure();
  Lists lists{*window, *strides, *padding, *padding, *dilations};
  if (llvm::any_of(lists.strides, [](int64_t stride) { return stride < 1; }))
    return call.unsupported("expected strides of at least 1");
  if (*ceil && failed(roundUp(call, type, lists)))
    return failure();
  return lists;
}

LogicalResult importMaxPool(ImportCall &call, size_t rank, bool withIndices) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  auto lists = readLists(call, *x, rank);
  if (failed(lists))
    return failure();
  SmallVector<Value> results = {lists->pool<graph::MaxPoolOp>(call, *x)};
  if (withIndices)
    results.push_back(lists->pool<graph::ArgmaxPoolOp>(call, *x));
  return call.yield(results);
}

Value computed(ImportCall &call, Value x) {
  Type type = aten::typeOf(x).getElementType();
  return type.isF16() || type.isBF16() ? call.cast(x, call.builder.getF32Type()) : x;
}

LogicalResult importAveragePool(ImportCall &call, size_t rank) {
  auto x = call.tensor("self");
  auto withPadding = aten::boolean(call, "count_include_pad", true);
  if (failed(x) || failed(withPadding))
    return failure();
  auto lists = readLists(call, *x, rank);
  if (failed(lists))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Expr value = g(computed(call, *x)), sum = g(lists->pool<graph::SumPoolOp>(call, value));
  Type element = value.getType().getElementType();
  auto isZero = [](int64_t amount) { return amount == 0; };
  Expr count;
  if (call.has("divisor_override")) {
    auto divisor = call.number("divisor_override");
    if (failed(divisor))
      return failure();
    count = g.number(*divisor, element);
  } else if (!lists->ceil && (*withPadding || llvm::all_of(lists->low, isZero))) {
    count = g.number(static_cast<double>(*checkedNumElements(lists->window)), element);
  } else { // what each window meets: elements, and padding that was asked for if that counts
    SmallVector<OpFoldResult> sizes = aten::sizesOf(call, value);
    SmallVector<OpFoldResult> space(ArrayRef(sizes).take_back(rank));
    Value ones = aten::full(call, g.number(1, element), space);
    Lists rest = *lists;
    if (*withPadding) {
      auto padding = perAxis(call, "padding", rank, 0);
      if (failed(padding))
        return failure();
      SmallVector<OpFoldResult> amounts =
          llvm::map_to_vector(*padding, [&](int64_t n) { return OpFoldResult(call.builder.getIndexAttr(n)); });
      ones = graph::PadOp::create(call.builder, call.loc, ones, g.number(1, element), amounts, amounts);
      for (size_t d = 0; d < rank; ++d)
        rest.low[d] = 0, rest.high[d] -= (*padding)[d];
    }
    count = g(rest.pool<graph::SumPoolOp>(call, ones));
  }
  return call.yield(call.cast(sum / count, aten::typeOf(*x).getElementType()));
}

/// Averages of parts of one axis that are as equal as can be: part i is [i * n / count, (i + 1) * n / count), rounded outwards.
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
  // A product with the matrix of the shares.
  if (size > (1 << 12) || count > (1 << 12))
    return call.unsupported("uneven parts of an axis of " + Twine(size) + " elements");
  SmallVector<Attribute> shares;
  Type element = type.getElementType();
  for (int64_t i = 0; i < size; ++i)
    for (int64_t part = 0; part < count; ++part) {
      int64_t first = part * size / count, last = llvm::divideCeil((part + 1) * size, count);
      shares.push_back(call.builder.getFloatAttr(element, i >= first && i < last ? 1.0 / static_cast<double>(last - first) : 0.0));
    }
  auto matrixType = RankedTensorType::get({size, count}, element);
  Value matrix = graph::ConstantOp::create(call.builder, call.loc, matrixType, DenseElementsAttr::get(matrixType, shares));
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(permutation[axis], permutation.back());
  Value turned = graph::TransposeOp::create(call.builder, call.loc, x, permutation);
  Value product = graph::MatmulOp::create(call.builder, call.loc, turned, matrix);
  return g(graph::TransposeOp::create(call.builder, call.loc, product, permutation));
}

LogicalResult importAdaptiveAverage(ImportCall &call, size_t rank) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  auto counts = perAxis(call, "output_size", rank, 1);
  if (failed(counts))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Expr y = g(computed(call, *x));
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
} // namespace

void graphopt::registerAtenPoolRules(ImportRules &rules) {
  for (size_t rank : {1, 2, 3}) {
    std::string suffix = std::to_string(rank) + "d", plain = suffix + ".default";
    auto add = [&](const Twine &name, LogicalResult (*rule)(ImportCall &, size_t)) {
      rules.aten({name.str()}, [=](ImportCall &call) { return rule(call, rank); });
    };
    add("max_pool" + plain, [](ImportCall &call, size_t n) { return importMaxPool(call, n, /*withIndices=*/false); });
    add("max_pool" + suffix + "_with_indices.default",
        [](ImportCall &call, size_t n) { return importMaxPool(call, n, /*withIndices=*/true); });
    add("avg_pool" + plain, importAveragePool);
    add("adaptive_avg_pool" + plain, importAdaptiveAverage);
    if (rank > 1)
      add("_adaptive_avg_pool" + plain, importAdaptiveAverage);
  }
}
