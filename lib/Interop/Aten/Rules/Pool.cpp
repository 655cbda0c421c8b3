//===- Pool.cpp - pooling with positions, and averages ---------------------===//
#include "graph-opt/Dialect/Graph/Ops/Pool.h"
#include "Graph/Shared/Indexing.h"
#include "Graph/Shared/Window.h"
#include "Interop/Aten/Rules/Pool.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Pad.h"
#include "graph-opt/Dialect/Graph/Ops/ScatterReduce.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"
#include <numeric>

using namespace mlir;
using namespace graphopt;

LogicalResult aten::roundUp(ImportCall &call, RankedTensorType type, SlidingWindows &windows) {
  if (llvm::any_of(windows.strides, [](int64_t stride) { return stride < 1; }))
    return call.unsupported("expected strides of at least 1");
  size_t rank = windows.window.size();
  for (size_t d = 0; d < rank; ++d) {
    int64_t size = type.getDimSize(type.getRank() - rank + d), stride = windows.strides[d],
            reach = (windows.window[d] - 1) * windows.dilations[d];
    int64_t extra = stride - 1;
    if (!ShapedType::isDynamic(size)) {
      int64_t room = size + windows.low[d] + windows.high[d] - reach - 1, count = llvm::divideCeil(std::max<int64_t>(room, 0), stride) + 1;
      if ((count - 1) * stride >= size + windows.low[d])
        --count;
      extra = std::max<int64_t>(0, (count - 1) * stride - room);
    } else if (stride + windows.high[d] > reach + 1) {
      return call.unsupported("rounding up the number of windows along an axis of unknown size, which they don't cover");
    }
    windows.extra.push_back(extra);
  }
  return success();
}

Value aten::countElements(ImportCall &call, Value x, const SlidingWindows &windows, bool countsPadding) {
  ExprBuilder g(call.builder, call.loc);
  Expr one = g.number(1, typeOf(x).getElementType());
  auto isZero = [](int64_t amount) { return amount == 0; };
  bool isPadded = !llvm::all_of(windows.low, isZero) || !llvm::all_of(windows.high, isZero);
  if (llvm::all_of(windows.extra, isZero) && (countsPadding || !isPadded))
    return numberLike(std::accumulate(windows.window.begin(), windows.window.end(), 1.0, std::multiplies<double>()), one);
  SmallVector<OpFoldResult> sizes = sizesOf(call, x);
  Value ones = full(call, one, ArrayRef(sizes).take_back(windows.window.size()));
  SlidingWindows rest = windows;
  if (countsPadding) { // ones too
    auto amounts = [&](ArrayRef<int64_t> list) {
      return llvm::map_to_vector(list, [&](int64_t n) { return OpFoldResult(call.builder.getIndexAttr(n)); });
    };
    ones = graph::PadOp::create(call.builder, call.loc, ones, one, amounts(windows.low), amounts(windows.high));
    rest.low.assign(rest.low.size(), 0);
    rest.high.assign(rest.high.size(), 0);
  }
  return rest.pool<graph::SumPoolOp>(call, ones);
}

namespace {
using Lists = aten::SlidingWindows;

FailureOr<Lists> readLists(ImportCall &call, Value x, size_t rank) {
  auto type = aten::typeOf(x);
  if (type.getRank() < static_cast<int64_t>(rank) + 1)
    return call.unsupported("expected an axis of channels and " + Twine(rank) + " of space");
  auto window = perAxis(call, "kernel_size", rank, 1), padding = perAxis(call, "padding", rank, 0);
  auto dilations = perAxis(call, "dilation", rank, 1);
  auto ceil = call.boolean("ceil_mode", false);
  if (failed(window) || failed(padding) || failed(dilations) || failed(ceil))
    return failure();
  auto given = call.has("stride") ? call.integers("stride") : FailureOr<SmallVector<int64_t>>(SmallVector<int64_t>());
  if (failed(given))
    return failure();
  auto strides = given->empty() ? window : perAxis(call, "stride", rank, 1);
  if (failed(strides))
    return failure();
  Lists lists{*window, *strides, *padding, *padding, *dilations};
  if (*ceil && failed(aten::roundUp(call, type, lists)))
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
  SmallVector<Value> results = {lists->pool<graph::MaxPoolOp>(call, *x).getResult()};
  if (withIndices)
    results.push_back(lists->pool<graph::ArgmaxPoolOp>(call, *x));
  return call.yield(results);
}

/// The sums of windows, and how many elements each one counts.
struct Average {
  graph::SumPoolOp sum;
  Value count;
};

FailureOr<Average> averageOf(ImportCall &call, Value x, size_t rank) {
  auto withPadding = call.boolean("count_include_pad", true);
  if (failed(withPadding))
    return failure();
  auto lists = readLists(call, x, rank);
  if (failed(lists))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Value value = call.cast(x, aten::computeType(x));
  Average average{lists->pool<graph::SumPoolOp>(call, value), {}};
  if (!call.has("divisor_override")) {
    average.count = aten::countElements(call, value, *lists, *withPadding);
    return average;
  }
  auto divisor = call.number("divisor_override");
  if (failed(divisor))
    return failure();
  average.count = g.number(*divisor, aten::typeOf(value).getElementType());
  return average;
}

LogicalResult importAveragePool(ImportCall &call, size_t rank) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  auto average = averageOf(call, *x, rank);
  if (failed(average))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  return call.yield(call.cast(g(average->sum) / g(average->count), aten::typeOf(*x).getElementType()));
}

//===--- Gradients, as graphs of training have them -----------------------===//

LogicalResult importAverageBackward(ImportCall &call) {
  auto ct = call.tensor("grad_output"), x = call.tensor("self");
  if (failed(ct) || failed(x))
    return failure();
  auto average = averageOf(call, *x, /*rank=*/2);
  if (failed(average))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Expr part = g(call.cast(*ct, aten::computeType(*ct))) / g(average->count);
  FailureOr<SmallVector<Value>> gradient = average->sum.buildGradient(call.builder, ValueRange{part});
  if (failed(gradient))
    return failure();
  return call.yield(call.cast((*gradient)[0], aten::typeOf(*x).getElementType()));
}

/// Each cotangent to the element whose position the forward operator gave.
LogicalResult importMaxBackward(ImportCall &call) {
  auto ct = call.tensor("grad_output"), x = call.tensor("self"), indices = call.tensor("indices");
  if (failed(ct) || failed(x) || failed(indices))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  auto planes = [&](Value of) { // the axes of space as one
    SmallVector<OpFoldResult> sizes = aten::sizesOf(call, of);
    OpFoldResult space = aten::product(call, ArrayRef(sizes).take_back(2));
    sizes.pop_back_n(2);
    sizes.push_back(space);
    return aten::reshape(call, of, sizes);
  };
  Value zeros = aten::full(call, g.number(0, aten::typeOf(*x).getElementType()), aten::sizesOf(call, *x));
  Value y = scatterAlong<graph::ScatterAddOp>(b, call.loc, planes(zeros), planes(*indices), planes(*ct), aten::rankOf(*x) - 2);
  return call.yield(aten::reshape(call, y, aten::sizesOf(call, *x)));
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
  }
  rules.aten({"avg_pool2d_backward.default"}, importAverageBackward);
  rules.aten({"max_pool2d_with_indices_backward.default"}, importMaxBackward);
}
