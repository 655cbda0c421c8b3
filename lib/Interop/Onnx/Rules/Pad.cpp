//===- Pad.cpp - elements around a tensor ---------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Pad.h"
#include "Graph/Shared/IndexMath.h"
#include "Interop/Aten/Rules/Resample.h"
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Slice.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
LogicalResult importPad(ImportCall &call) {
  auto x = call.tensor("data");
  auto mode = call.string("mode", "constant");
  auto pads = call.sizes("pads");
  if (failed(x) || failed(mode) || failed(pads))
    return failure();
  auto axes = axesInOrder(call, "axes", rankOf(*x));
  if (failed(axes))
    return failure();
  if (pads->size() != 2 * axes->size())
    return emitError(call.loc) << "'Pad': expected an amount before and behind each of " << axes->size() << " axes, got " << pads->size();
  ExprBuilder g(call.builder, call.loc);
  SmallVector<OpFoldResult> low(rankOf(*x), call.builder.getIndexAttr(0)), high = low;
  for (auto [i, axis] : llvm::enumerate(*axes))
    low[axis] = (*pads)[i], high[axis] = (*pads)[i + axes->size()];
  if (*mode == "constant") {
    StringRef name = call.has("constant_value") ? "constant_value" : "value";
    auto value = call.has(name) ? call.tensorOrNumber(name, elementOf(*x)) : FailureOr<Value>(g.number(0, elementOf(*x)));
    if (failed(value))
      return failure();
    return call.yield(graph::PadOp::padOrCut(call.builder, call.loc, *x, aten::reshape(call, *value, {}), low, high));
  }
  auto kind = llvm::StringSwitch<std::optional<aten::PadMode>>(*mode)
                  .Case("edge", aten::PadMode::replicate)
                  .Case("reflect", aten::PadMode::reflect)
                  .Case("wrap", aten::PadMode::circular)
                  .Default(std::nullopt);
  if (!kind)
    return call.unsupported("the mode '" + *mode + "'");
  Expr y = g(*x);
  for (int64_t axis : *axes)
    y = aten::padAlong(call, y, axis, low[axis], high[axis], *kind);
  return call.yield(Value(y));
}

/// Cut or padded with zeros to sizes, half of it at each end, an odd element behind.
LogicalResult importCenterCropPad(ImportCall &call) {
  auto x = call.tensor("input_data");
  auto wanted = call.sizes("shape");
  if (failed(x) || failed(wanted))
    return failure();
  auto axes = axesInOrder(call, "axes", rankOf(*x));
  if (failed(axes))
    return failure();
  if (wanted->size() != axes->size())
    return emitError(call.loc) << "'CenterCropPad': expected a size for each of " << axes->size() << " axes, got " << wanted->size();
  IndexMath math(call.builder, call.loc);
  SmallVector<OpFoldResult> sizes = sizesOf(call, *x), starts(sizes.size(), math.number(0)), low = starts, high = starts;
  auto half = [&](OpFoldResult size) { return math.sub(size, math.ceilDiv(size, 2)); };
  for (auto [axis, size] : llvm::zip(*axes, *wanted)) {
    OpFoldResult kept = math.min(sizes[axis], size), added = math.sub(size, kept);
    starts[axis] = half(math.sub(sizes[axis], kept));
    sizes[axis] = kept;
    low[axis] = half(added);
    high[axis] = math.sub(added, low[axis]);
  }
  Value cut = graph::SliceOp::create(call.builder, call.loc, *x, starts, sizes, SmallVector<int64_t>(sizes.size(), 1));
  Value zero = ExprBuilder(call.builder, call.loc).number(0, elementOf(*x));
  return call.yield(graph::PadOp::create(call.builder, call.loc, cut, zero, low, high).getResult());
}
} // namespace

void graphopt::registerOnnxPadRules(ImportRules &rules) {
  rules.onnx({"Pad"}, importPad);
  rules.onnx({"CenterCropPad"}, importCenterCropPad);
}
