//===- Select.cpp ---------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Select.h"
#include "Graph/Shared/OpSupport.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Select.ops.inc"

LogicalResult SelectOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  Type a = getElementTypeOrSelf(op.getA().getType()), b = getElementTypeOrSelf(op.getB().getType());
  if (a != b) // (C1)
    return context.emitError() << "expected one element type of a and b, got " << a << " and " << b;
  if (failed(inferElementwise(context, op.getOperands(), ElementRule::same, results)))
    return failure();
  results.back().elementType = a;
  return success();
}

OpFoldResult SelectOp::fold(FoldAdaptor adaptor) {
  auto condition = dyn_cast_or_null<DenseElementsAttr>(adaptor.getCondition());
  bool known = condition && condition.isSplat();
  Value chosen = known && !condition.getSplatValue<bool>() ? getB() : getA();
  return (known || getA() == getB()) && chosen.getType() == getType() ? OpFoldResult(chosen) : OpFoldResult();
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult SelectOp::evaluate(EvalContext &, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  auto shape = broadcastShapes(*this, operands);
  if (failed(shape))
    return failure();
  TensorValue y(getElementTypeOrSelf(getType()), *shape);
  visitElementType(y.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    T *out = y.getMutable<T>().data();
    forEachBroadcast(*shape, operands, [&](int64_t i, ArrayRef<int64_t> at) {
      out[i] = operands[0].get<bool>()[at[0]] ? operands[1].get<T>()[at[1]] : operands[2].get<T>()[at[2]];
    });
  });
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

Value SelectOp::buildScalar(ScalarBuilder &s, ValueRange args) { return s.select(args[0], args[1], args[2]); }

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> SelectOp::buildGradient(OpBuilder &builder, ValueRange cotangents) {
  ExprBuilder g(builder, getLoc());
  Expr ct = g(cotangents[0]), zero = numberLike(0.0, ct), condition = g(getCondition());
  return unbroadcast(*this, {ct, graphopt::select(condition, ct, zero), graphopt::select(condition, zero, ct)});
}

//===--- Import -----------------------------------------------------------===//

void SelectOp::registerImportRules(ImportRules &rules) {
  rules.aten({"where.self"}, [](ImportCall &call) -> LogicalResult {
    auto condition = call.tensor("condition");
    auto a = call.tensorOrNumber("self", call.resultElementType()), b = call.tensorOrNumber("other", call.resultElementType());
    if (failed(condition) || failed(a) || failed(b))
      return failure();
    return call.yield(SelectOp::create(call.builder, call.loc, *condition, *a, *b).getResult());
  });
  rules.onnx({"Where"}, [](ImportCall &call) -> LogicalResult {
    auto condition = call.tensor("condition"), a = call.tensor("X"), b = call.tensor("Y");
    if (failed(condition) || failed(a) || failed(b))
      return failure();
    return call.yield(SelectOp::create(call.builder, call.loc, *condition, *a, *b).getResult());
  });
}

//===--- Export -----------------------------------------------------------===//

void SelectOp::registerExportRules(ExportRules &rules) {
  rules.onnx<SelectOp>([](SelectOp op, OnnxExport &to) {
    ForeignValue condition = to[op.getCondition()], a = to.comparable(to[op.getA()]), b = to.comparable(to[op.getB()]);
    return to.yield(to("Where", {condition, a, b}, {}, a.element));
  });
  rules.aten<SelectOp>([](SelectOp op, AtenExport &to) {
    return to.yield(to("where.self", {to[op.getCondition()], to[op.getA()], to[op.getB()]}, {}, getElementTypeOrSelf(op.getType())));
  });
}
