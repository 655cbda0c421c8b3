//===- Scatter.cpp --------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Scatter.h"
#include "Graph/Shared/Indexing.h"
#include "Graph/Shared/OnnxSteps.h"
#include "Graph/Shared/OpSupport.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Scatter.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult ScatterOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  return inferScatter(context, op.getX(), op.getIndices(), op.getUpdates(), op.getAxis(), results);
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult ScatterOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  const TensorValue &x = operands[0], &indices = operands[1], &updates = operands[2];
  auto axis = static_cast<int64_t>(getAxis());
  int64_t size = x.getDim(axis), count = indices.getNumElements();
  if (failed(checkUpdates(*this, x, indices, updates, axis)))
    return failure();
  TensorValue y = context.allocate(*this, x.getElementType(), x.getShape());
  if (!y)
    return failure();
  int64_t width = TensorValue::getElementSize(x.getElementType()), outer = *checkedNumElements(x.getShape().take_front(axis));
  int64_t line = *checkedNumElements(x.getShape().drop_front(axis + 1)) * width;
  if (int64_t bytes = x.getNumElements() * width)
    std::memcpy(y.getMutableRaw(), x.getRaw(), bytes);
  for (int64_t i = 0; i < outer && size > 0 && line > 0; ++i)
    for (int64_t j = 0; j < count; ++j)
      std::memcpy(y.getMutableRaw() + (i * size + normalisedIndex(indices, j, size)) * line, updates.getRaw() + (i * count + j) * line,
                  line);
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

FailureOr<SmallVector<Value>> ScatterOp::lower(OpBuilder &b, ValueRange operands) {
  auto put = [](OpBuilder &, Location, Value update, Value, ValueRange) { return update; }; // the last of two stays
  Type indexType = getElementTypeOrSelf(getIndices().getType());
  return SmallVector<Value>{buildScatter(b, getLoc(), operands[0], operands[1], indexType, operands[2], getAxis(), put)};
}

std::optional<std::pair<Value, int64_t>> ScatterOp::getIndexed(unsigned operandNumber) {
  return operandNumber == 1 ? std::optional(std::pair(Value(getX()), static_cast<int64_t>(getAxis()))) : std::nullopt;
}

Cost ScatterOp::getCost(int64_t dynamicSize) { return defaultCost(*this, dynamicSize, 0); }

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> ScatterOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  Type element = getElementTypeOrSelf(getType());
  if (!isa<FloatType>(element))
    return SmallVector<Value>(3);
  ExprBuilder g(b, getLoc());
  Value zeros = g.broadcastLike(g.number(0.0, element), g(getUpdates()));
  Value ofX = ScatterOp::create(b, getLoc(), cotangents[0], getIndices(), zeros, getAxis());
  return SmallVector<Value>{ofX, Value(), GatherOp::create(b, getLoc(), cotangents[0], getIndices(), getAxis())};
}

//===--- Import -----------------------------------------------------------===//

void ScatterOp::registerImportRules(ImportRules &) {} // ATen's numbers elements, not slices: lib/Interop/Aten/Rules/Scatter.cpp

//===--- Export -----------------------------------------------------------===//

void ScatterOp::registerExportRules(ExportRules &rules) {
  rules.onnx<ScatterOp>([](ScatterOp op, OnnxExport &to) {
    return to.yield(exportScatter(to, op.getX(), op.getIndices(), op.getUpdates(), op.getAxis(), "none"));
  });
  rules.aten<ScatterOp>([](ScatterOp op, AtenExport &to) {
    return to.yield(to.putAt(op.getX(), op.getIndices(), op.getUpdates(), op.getAxis(), /*accumulate=*/false));
  });
}
