//===- Window.cpp ---------------------------------------------------------===//
#include "Graph/Shared/Window.h"
#include "mlir/Dialect/Affine/IR/AffineOps.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;

SmallVector<WindowAxis> graphopt::windowAxes(ArrayRef<int64_t> strides, ArrayRef<int64_t> low, ArrayRef<int64_t> high,
                                             ArrayRef<int64_t> dilations, ArrayRef<int64_t> spread) {
  SmallVector<WindowAxis> axes;
  for (size_t d = 0; d < strides.size(); ++d)
    axes.push_back({strides[d], low[d], high[d], dilations[d], spread[d]});
  return axes;
}

//===--- Shape ------------------------------------------------------------===//

/// Numbers beyond this would overflow sizes; no tensor is so long.
static constexpr int64_t greatest = int64_t(1) << 31;

LogicalResult graphopt::checkWindow(InferContext &context, size_t rank, ArrayRef<int64_t> strides, ArrayRef<int64_t> low,
                                    ArrayRef<int64_t> high, ArrayRef<int64_t> dilations, ArrayRef<int64_t> spread) {
  for (auto [name, list, least] : {std::tuple("strides", strides, 1), std::tuple("low", low, 0), std::tuple("high", high, 0),
                                   std::tuple("dilations", dilations, 1), std::tuple("spread", spread, 1)})
    if (list.size() != rank || llvm::any_of(list, [least = least](int64_t v) { return v < least || v > greatest; }))
      return context.emitError() << "expected " << rank << " " << name << " of at least " << least << ", got [" << list << "]";
  return success();
}

AffineExpr graphopt::countWindows(InferContext &context, const WindowAxis &axis, AffineExpr size, AffineExpr window) {
  AffineExpr room = axis.padded(size) - axis.reach(window) - 1;
  auto known = dyn_cast<AffineConstantExpr>(room), width = dyn_cast<AffineConstantExpr>(window);
  if ((width && width.getValue() < 1) || (known && known.getValue() < 0)) {
    std::string text;
    llvm::raw_string_ostream(text) << "1 to " << axis.padded(size) << " positions, got one of " << axis.reach(window) + 1;
    context.emitError() << "expected a window of " << text;
    return {};
  }
  return room.floorDiv(axis.stride) + 1;
}

int64_t graphopt::countWindows(const WindowAxis &axis, int64_t size, int64_t window) {
  int64_t room = axis.padded(size) - axis.reach(window) - 1;
  return room < 0 || window < 1 ? 0 : room / axis.stride + 1;
}

//===--- Lower ------------------------------------------------------------===//

Value graphopt::padWindow(OpBuilder &b, Location loc, Value x, ArrayRef<WindowAxis> axes, Value value) {
  if (llvm::all_of(axes, [](const WindowAxis &axis) { return axis.low == 0 && axis.high == 0 && axis.spread == 1; }))
    return x;
  SmallVector<OpFoldResult> own = tensor::getMixedSizes(b, loc, x), sizes = own;
  SmallVector<OpFoldResult> offsets(own.size(), b.getIndexAttr(0)), steps(own.size(), b.getIndexAttr(1));
  size_t first = own.size() - axes.size();
  bool isEmpty = llvm::any_of(own, [](OpFoldResult size) { return isConstantIntValue(size, 0); });
  for (auto [d, axis] : llvm::enumerate(axes)) {
    AffineExpr size = axis.padded(b.getAffineSymbolExpr(0));
    sizes[first + d] = affine::makeComposedFoldedAffineApply(b, loc, AffineMap::get(0, 1, size), {own[first + d]});
    if (auto known = getConstantIntValue(sizes[first + d]); known && *known < 0)
      sizes[first + d] = b.getIndexAttr(0);
    offsets[first + d] = b.getIndexAttr(axis.low);
    steps[first + d] = b.getIndexAttr(axis.spread);
  }
  Value empty = tensor::EmptyOp::create(b, loc, sizes, value.getType());
  Value filled = linalg::FillOp::create(b, loc, value, empty).getResult(0);
  return isEmpty ? filled : tensor::InsertSliceOp::create(b, loc, x, filled, offsets, own, steps).getResult();
}

SmallVector<OpFoldResult> graphopt::windowCounts(OpBuilder &b, Location loc, Value padded, ArrayRef<WindowAxis> axes,
                                                 ArrayRef<OpFoldResult> window) {
  SmallVector<OpFoldResult> counts;
  size_t first = cast<RankedTensorType>(padded.getType()).getRank() - axes.size();
  for (auto [d, axis] : llvm::enumerate(axes)) {
    AffineExpr size = b.getAffineSymbolExpr(0), width = b.getAffineSymbolExpr(1);
    AffineMap count = AffineMap::get(0, 2, (size - axis.reach(width) - 1).floorDiv(axis.stride) + 1);
    counts.push_back(affine::makeComposedFoldedAffineApply(b, loc, count, {tensor::getMixedSize(b, loc, padded, first + d), window[d]}));
  }
  return counts;
}

//===--- Import -----------------------------------------------------------===//

FailureOr<SmallVector<int64_t>> graphopt::perAxis(const ImportCall &call, StringRef arg, size_t count, int64_t absent) {
  FailureOr<SmallVector<int64_t>> list = call.has(arg) ? call.integers(arg) : FailureOr<SmallVector<int64_t>>(SmallVector<int64_t>());
  if (failed(list))
    return failure();
  if (list->size() <= 1)
    return SmallVector<int64_t>(count, list->empty() ? absent : list->front());
  if (list->size() != count)
    return call.unsupported("expected " + Twine(count) + " numbers of '" + arg + "', got " + Twine(list->size()));
  return list;
}
