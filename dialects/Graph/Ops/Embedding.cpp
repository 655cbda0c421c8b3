//===- Embedding.cpp ------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Embedding.h"
#include "Graph/Shared/Indexing.h"
#include "Graph/Shared/OpSupport.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/ScatterReduce.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Embedding.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult EmbeddingOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  if (context.typeOf(op.getWeight()).sizes.size() != 2) // (C1)
    return context.emitError() << "expected weight of rank 2, got " << op.getWeight().getType();
  return inferGather(context, op.getWeight(), op.getIds(), /*axis=*/0, results);
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult EmbeddingOp::evaluate(EvalContext &context, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  results.push_back(evaluateGather(context, *this, operands[0], operands[1], /*axis=*/0));
  return success(static_cast<bool>(results.back()));
}

//===--- Decompose --------------------------------------------------------===//

FailureOr<SmallVector<Value>> EmbeddingOp::decompose(OpBuilder &b) {
  return SmallVector<Value>{GatherOp::create(b, getLoc(), getWeight(), getIds(), /*axis=*/0)};
}

std::optional<std::pair<Value, int64_t>> EmbeddingOp::getIndexed(unsigned operandNumber) {
  return operandNumber == 1 ? std::optional(std::pair(Value(getWeight()), int64_t(0))) : std::nullopt;
}

Cost EmbeddingOp::getCost(int64_t dynamicSize) { return gatherCost(*this, dynamicSize); }

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> EmbeddingOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  ExprBuilder g(b, getLoc());
  Type element = getElementTypeOrSelf(getType());
  Expr zero = g.number(0.0, element), ct = g(cotangents[0]);
  if (std::optional<int64_t> padding = getPaddingIdx()) {
    Expr ids = g(getIds()), isPadding = g.unsqueeze(ids, {ids.getType().getRank()}) == static_cast<double>(*padding);
    ct = graphopt::select(isPadding, zero, ct);
  }
  Value zeros = g.broadcastLike(zero, g(getWeight()));
  return SmallVector<Value>{ScatterAddOp::create(b, getLoc(), zeros, getIds(), ct, /*axis=*/0), Value()};
}

//===--- Import -----------------------------------------------------------===//

void EmbeddingOp::registerImportRules(ImportRules &rules) {
  rules.aten({"embedding.default"}, [](ImportCall &call) -> LogicalResult {
    auto weight = call.tensor("weight"), ids = call.tensor("indices");
    FailureOr<int64_t> padding = call.integer("padding_idx", -1);
    if (failed(weight) || failed(ids) || failed(padding))
      return failure();
    IntegerAttr attr = *padding < 0 ? IntegerAttr() : call.builder.getI64IntegerAttr(*padding);
    return call.yield(EmbeddingOp::create(call.builder, call.loc, *weight, *ids, attr).getResult());
  });
}

//===--- Export -----------------------------------------------------------===//

void EmbeddingOp::registerExportRules(ExportRules &rules) {
  rules.onnx<EmbeddingOp>(
      [](EmbeddingOp op, OnnxExport &to) { return to.yield(to("Gather", {to[op.getWeight()], to.positions(to[op.getIds()])})); });
  rules.aten<EmbeddingOp>(
      [](EmbeddingOp op, AtenExport &to) { return to.yield(to("embedding.default", {to[op.getWeight()], to[op.getIds()]})); });
}
