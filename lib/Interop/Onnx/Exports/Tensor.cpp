//===- Tensor.cpp - sizes, elements and calls as ONNX ---------------------===//
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "Interop/Onnx/Exports/Exports.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"

using namespace mlir;
using namespace graphopt;

/// Scalars as a vector of the type; no values give an empty one.
static ForeignValue stack(OnnxExport &to, ValueRange scalars, Type element) {
  if (scalars.empty())
    return to.constant(TensorValue(ExportSite::elementOf(element), {0}));
  return to.stack(llvm::map_to_vector(scalars, [&](Value scalar) { return to[scalar]; }));
}

namespace {
/// Where a slice lies along an axis.
struct Range {
  int64_t axis;
  ForeignValue start, end; ///< vectors of one element
};

/// The axes that a slice with steps of 1 leaves something of; none where it has other steps.
template <typename Op> std::optional<SmallVector<Range>> rangesOf(Op op, RankedTensorType whole, OnnxExport &to) {
  if (!llvm::all_of(op.getMixedStrides(), [](OpFoldResult step) { return isConstantIntValue(step, 1); }))
    return std::nullopt;
  SmallVector<Range> ranges;
  for (auto [axis, offset, size] : llvm::enumerate(op.getMixedOffsets(), op.getMixedSizes()))
    if (getConstantIntValue(size) != whole.getDimSize(axis)) {
      ForeignValue start = to.stack(to.size(offset));
      ranges.push_back({static_cast<int64_t>(axis), start, to("Add", {start, to.stack(to.size(size))})});
    }
  return ranges;
}

ForeignValue slice(OnnxExport &to, ForeignValue x, ForeignValue start, ForeignValue end, int64_t axis) {
  return to("Slice", {x, start, end, to.integers({axis})});
}

/// x with a part of it replaced: along each axis what lies before, the part, and what lies after are joined.
ForeignValue insert(OnnxExport &to, ForeignValue part, ForeignValue x, ArrayRef<Range> ranges) {
  if (ranges.empty())
    return part;
  const Range &range = ranges.front();
  ForeignValue inner = part;
  if (ranges.size() > 1)
    inner = insert(to, part, slice(to, x, range.start, range.end, range.axis), ranges.drop_front());
  ForeignValue before = slice(to, x, to.integers({0}), range.start, range.axis);
  ForeignValue after = slice(to, x, range.end, to.integers({std::numeric_limits<int64_t>::max()}), range.axis);
  return to("Concat", {before, inner, after}, {{"axis", range.axis}});
}

LogicalResult exportExtract(tensor::ExtractSliceOp op, OnnxExport &to) {
  auto ranges = rangesOf(op, op.getSourceType(), to);
  if (!ranges)
    return to.decline("a slice with steps");
  ForeignValue y = to[op.getSource()];
  for (const Range &range : *ranges)
    y = slice(to, y, range.start, range.end, range.axis);
  SmallVector<int64_t> dropped;
  for (unsigned axis : op.getDroppedDims().set_bits())
    dropped.push_back(axis);
  if (!dropped.empty())
    y = to("Squeeze", {y, to.integers(dropped)});
  return to.yield(y);
}

LogicalResult exportInsert(tensor::InsertSliceOp op, OnnxExport &to) {
  auto ranges = rangesOf(op, op.getDestType(), to);
  if (!ranges)
    return to.decline("a slice with steps");
  ForeignValue part = to[op.getSource()];
  if (op.getSourceType().getRank() != op.getDestType().getRank())
    part = to("Reshape", {part, to.sizes(op.getMixedSizes())}, {{"allowzero", 1}});
  return to.yield(insert(to, part, to[op.getDest()], *ranges));
}
} // namespace

void graphopt::registerOnnxTensorExports(ExportRules &rules) {
  rules.onnx<tensor::CastOp>([](tensor::CastOp op, OnnxExport &to) { return to.yield(to[op.getSource()]); });
  rules.onnx<tensor::DimOp>(
      [](tensor::DimOp op, OnnxExport &to) { return to.yield(to("Gather", {to.shape(to[op.getSource()]), to[op.getIndex()]})); });
  rules.onnx<tensor::ExtractOp>([](tensor::ExtractOp op, OnnxExport &to) {
    if (op.getIndices().empty())
      return to.yield(to[op.getTensor()]);
    return to.yield(to("GatherND", {to[op.getTensor()], stack(to, op.getIndices(), op.getIndices().front().getType())}));
  });
  rules.onnx<tensor::ExtractSliceOp>(exportExtract);
  rules.onnx<tensor::InsertSliceOp>(exportInsert);
  rules.onnx<tensor::FromElementsOp>([](tensor::FromElementsOp op, OnnxExport &to) {
    RankedTensorType type = op.getType();
    if (type.getRank() == 0)
      return to.yield(to[op.getElements().front()]);
    ForeignValue vector = stack(to, op.getElements(), type.getElementType());
    return to.yield(type.getRank() == 1 ? vector
                                        : to("Reshape", {vector, to.integers(type.getShape())}, {{"allowzero", 1}}, vector.element));
  });
  // A function is written where it is called.
  rules.onnx<func::CallOp>([](func::CallOp op, OnnxExport &to) -> LogicalResult {
    auto callee = SymbolTable::lookupNearestSymbolFrom<FunctionOpInterface>(op, op.getCalleeAttr());
    if (!callee || !callee.getFunctionBody().hasOneBlock())
      return to.decline("a call of something other than a function of one block");
    Block &body = callee.getFunctionBody().front();
    for (auto [argument, operand] : llvm::zip(body.getArguments(), op.getOperands()))
      to.bind(argument, to[operand]);
    if (failed(to.exportBlock(body)))
      return failure();
    SmallVector<ForeignValue> results;
    for (Value result : body.getTerminator()->getOperands())
      results.push_back(to[result]);
    return to.yield(results);
  });
}
