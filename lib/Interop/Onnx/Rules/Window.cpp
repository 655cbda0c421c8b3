//===- Window.cpp - pooling -----------------------------------------------===//
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Pool.h"

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
  return call.yield(call.cast(reduce(value, llvm::to_vector(llvm::seq<int64_t>(2, rankOf(*x)))), elementOf(*x)));
}

/// The mean of each window; of what the padding adds only if `count_include_pad` says so.
LogicalResult importAveragePool(ImportCall &call) {
  auto x = call.tensor("X");
  auto window = call.integers("kernel_shape");
  auto mode = call.string("auto_pad");
  auto ceil = call.boolean("ceil_mode", false), countsPad = call.boolean("count_include_pad", false);
  if (failed(x) || failed(window) || failed(mode) || failed(ceil) || failed(countsPad))
    return failure();
  size_t rank = window->size();
  auto list = [&](StringRef name, size_t count, int64_t absent) {
    return call.has(name) ? call.integers(name) : FailureOr<SmallVector<int64_t>>(SmallVector<int64_t>(count, absent));
  };
  auto strides = list("strides", rank, 1), dilations = list("dilations", rank, 1), pads = list("pads", 2 * rank, 0);
  if (failed(strides) || failed(dilations) || failed(pads))
    return failure();
  if ((*mode != "NOTSET" && *mode != "VALID") || *ceil || pads->size() != 2 * rank)
    return call.unsupported("padding by a rule, or sizes rounded up");
  ArrayRef<int64_t> low = ArrayRef(*pads).take_front(rank), high = ArrayRef(*pads).drop_front(rank);
  ExprBuilder g(call.builder, call.loc);
  Expr value = g(call.cast(*x, computeType(*x)));
  Type type = value.getType().getElementType();
  auto sums = [&](Value of) { return g(graph::SumPoolOp::create(call.builder, call.loc, of, *window, *strides, low, high, *dilations)); };
  Expr count;
  if (*countsPad || llvm::all_of(*pads, [](int64_t pad) { return pad == 0; })) {
    double taps = 1;
    for (int64_t size : *window)
      taps *= static_cast<double>(size);
    count = g.number(taps, type);
  } else {
    SmallVector<OpFoldResult> space = sizesOf(call, value);
    space.erase(space.begin(), space.begin() + 2);
    count = sums(aten::full(call, g.number(1, type), space));
  }
  return call.yield(call.cast(sums(value) / count, elementOf(*x)));
}
} // namespace

void graphopt::registerOnnxWindowRules(ImportRules &rules) {
  rules.onnx({"GlobalAveragePool"}, [](ImportCall &call) {
    return importGlobal(call, [&](Expr x, ArrayRef<int64_t> axes) {
      return x.g->sum(x, axes, true) / (*x.g)(aten::countAlong(call, x, axes, x.getType().getElementType()));
    });
  });
  rules.onnx({"GlobalMaxPool"}, [](ImportCall &call) {
    return importGlobal(call, [](Expr x, ArrayRef<int64_t> axes) { return x.g->reduceMax(x, axes, true); });
  });
  rules.onnx({"AveragePool"}, importAveragePool);
}
