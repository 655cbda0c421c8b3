//===- Pool.cpp - pooling -------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Pool.h"
#include "Graph/Shared/IndexMath.h"
#include "Interop/Onnx/Rules/Window.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/Pad.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
/// Over all axes of space, which stay with size 1.
template <typename Fn> LogicalResult importGlobal(ImportCall &call, Fn reduce) {
  auto x = call.tensor("X");
  if (failed(x))
    return failure();
  if (rankOf(*x) < 3)
    return emitError(call.loc) << "'" << call.name << "': expected axes of space";
  ExprBuilder g(call.builder, call.loc);
  Expr value = g(call.cast(*x, computeType(*x)));
  auto y = reduce(value, llvm::to_vector(llvm::seq<int64_t>(2, rankOf(*x))));
  return failed(y) ? failure() : call.yield(call.cast(*y, elementOf(*x)));
}

struct Pool {
  Value x;
  aten::SlidingWindows windows;
};

FailureOr<Pool> readPool(ImportCall &call) {
  auto x = call.tensor("X");
  auto window = call.integers("kernel_shape");
  auto roundsUp = call.boolean("ceil_mode", false);
  if (failed(x) || failed(window) || failed(roundsUp))
    return failure();
  auto windows = readWindowsOver(call, *x, *window);
  if (failed(windows) || failed(padByRule(call, *x, *windows)) || (*roundsUp && failed(aten::roundUp(call, aten::typeOf(*x), *windows))))
    return failure();
  return Pool{*x, *windows};
}

/// The mean of each window; of what the padding adds only if `count_include_pad` says so.
LogicalResult importAverage(ImportCall &call) {
  auto pool = readPool(call);
  auto countsPadding = call.boolean("count_include_pad", false);
  if (failed(pool) || failed(countsPadding))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Value x = call.cast(pool->x, computeType(pool->x));
  Expr sum = g(pool->windows.pool<graph::SumPoolOp>(call, x)), count = g(aten::countElements(call, x, pool->windows, *countsPadding));
  return call.yield(call.cast(sum / count, elementOf(pool->x)));
}

/// Positions in the space of x as positions among all its elements; with `reversesAxes` its first axis of space is the densest.
Value inWholeTensor(ImportCall &call, Expr position, Value x, bool reversesAxes) {
  ExprBuilder &g = *position.g;
  int64_t rank = rankOf(x);
  SmallVector<OpFoldResult> sizes = sizesOf(call, x);
  auto size = [&](int64_t axis) { return aten::sizeAsTensor(call, g, sizes[axis]); };
  if (reversesAxes) {
    SmallVector<Expr> along(rank);
    for (int64_t axis = rank - 1; axis >= 2; --axis) {
      along[axis] = g(graph::ModOp::create(g.b, g.loc, position, size(axis)));
      position = (position - along[axis]) / size(axis);
    }
    position = along[rank - 1];
    for (int64_t axis = rank - 2; axis >= 2; --axis)
      position = position * size(axis) + along[axis];
  }
  Expr plane = g(aten::positions(call, sizes[0], 0, rank)) * size(1) + g(aten::positions(call, sizes[1], 1, rank));
  return plane * aten::sizeAsTensor(call, g, product(call, ArrayRef(sizes).drop_front(2))) + position;
}

LogicalResult importMax(ImportCall &call) {
  auto pool = readPool(call);
  auto reversesAxes = call.boolean("storage_order", false);
  if (failed(pool) || failed(reversesAxes))
    return failure();
  SmallVector<Value> results = {pool->windows.pool<graph::MaxPoolOp>(call, pool->x)};
  if (asksForMore(call, 1)) {
    ExprBuilder g(call.builder, call.loc);
    Value position = pool->windows.pool<graph::ArgmaxPoolOp>(call, pool->x);
    results.push_back(inWholeTensor(call, g(position), pool->x, *reversesAxes));
  }
  return call.yield(results);
}

/// By the argument p, and by what sums.
FailureOr<Expr> norm(ImportCall &call, Expr x, llvm::function_ref<Expr(Expr)> sum) {
  auto p = call.number("p", 2);
  if (failed(p))
    return failure();
  if (!isa<FloatType>(x.getType().getElementType()) || !(*p > 0))
    return call.unsupported("expected floating-point numbers and a p above 0");
  return aten::powerNorm(x, *p, sum);
}

LogicalResult importNorm(ImportCall &call) {
  auto pool = readPool(call);
  if (failed(pool))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Expr x = g(call.cast(pool->x, computeType(pool->x)));
  auto y = norm(call, x, [&](Expr power) { return g(pool->windows.pool<graph::SumPoolOp>(call, power)); });
  return failed(y) ? failure() : call.yield(call.cast(*y, elementOf(pool->x)));
}

/// Each element at the place, among all elements, that a pool found it at; zeros elsewhere. A size of the result that is larger than what
/// the windows cover adds zeros behind.
LogicalResult importUnpool(ImportCall &call) {
  auto pool = readPool(call);
  auto places = call.tensor("I");
  if (failed(pool) || failed(places))
    return failure();
  const aten::SlidingWindows &w = pool->windows;
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  IndexMath math(b, call.loc);
  SmallVector<OpFoldResult> sizes = sizesOf(call, pool->x), low(sizes.size(), math.number(0)), high;
  for (size_t d = 0; d < w.window.size(); ++d) { // (size - 1) * stride + window - padding
    int64_t stride = w.strides[d], rest = w.window[d] - stride - w.low[d] - w.high[d];
    sizes[d + 2] = math.add(math.mul(sizes[d + 2], math.number(stride)), math.number(rest));
  }
  Value zero = g.number(0, elementOf(pool->x)), all = aten::full(call, zero, product(call, sizes));
  OpFoldResult flat = math.number(-1);
  Value y = aten::scatter(call, all, aten::reshape(call, *places, flat), aten::reshape(call, pool->x, flat), 0, aten::ScatterEffect::put);
  y = aten::reshape(call, y, sizes);
  if (!call.has("output_shape"))
    return call.yield(y);
  auto wanted = call.sizes("output_shape");
  if (failed(wanted))
    return failure();
  if (wanted->size() != sizes.size())
    return emitError(call.loc) << "'MaxUnpool': expected a size for each of " << sizes.size() << " axes, got " << wanted->size();
  for (auto [size, own] : llvm::zip(*wanted, sizes))
    high.push_back(math.sub(size, own));
  return call.yield(graph::PadOp::padOrCut(b, call.loc, y, zero, low, high));
}
} // namespace

void graphopt::registerOnnxPoolRules(ImportRules &rules) {
  rules.onnx({"GlobalAveragePool"}, [](ImportCall &call) {
    return importGlobal(call, [&](Expr x, ArrayRef<int64_t> axes) -> FailureOr<Expr> { return x.g->mean(x, axes, true); });
  });
  rules.onnx({"GlobalMaxPool"}, [](ImportCall &call) {
    return importGlobal(call, [](Expr x, ArrayRef<int64_t> axes) -> FailureOr<Expr> { return x.g->reduceMax(x, axes, true); });
  });
  rules.onnx({"GlobalLpPool"}, [](ImportCall &call) {
    return importGlobal(
        call, [&](Expr x, ArrayRef<int64_t> axes) { return norm(call, x, [&](Expr power) { return power.g->sum(power, axes, true); }); });
  });
  rules.onnx({"AveragePool"}, importAverage);
  rules.onnx({"MaxPool"}, importMax);
  rules.onnx({"LpPool"}, importNorm);
  rules.onnx({"MaxUnpool"}, importUnpool);
}
