//===- Clamp.cpp ----------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Clamp.h"
#include "Graph/Shared/OpSupport.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Clamp.ops.inc"

//===--- Shape ------------------------------------------------------------===//

LogicalResult ClampOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  for (Value operand : op.getOperands())
    if (getElementTypeOrSelf(operand.getType()) != getElementTypeOrSelf(op.getX().getType())) // (C1)
      return context.emitError() << "expected one element type of all operands, got " << op.getX().getType() << " and "
                                 << operand.getType();
  if (!op.getLower() && !op.getUpper()) // (C2)
    return context.emitError() << "expected a lower or an upper bound";
  return inferElementwise(context, op.getOperands(), ElementRule::same, results);
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult ClampOp::evaluate(EvalContext &, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  auto shape = broadcastShapes(*this, operands);
  if (failed(shape))
    return failure();
  TensorValue y(operands[0].getElementType(), *shape);
  bool lower = static_cast<bool>(getLower()), upper = static_cast<bool>(getUpper());
  visitElementType(y.getElementType(), [&](auto tag) {
    using T = typename decltype(tag)::type;
    using C = ComputeType<T>;
    T *out = y.getMutable<T>().data();
    forEachBroadcast(*shape, operands, [&](int64_t i, ArrayRef<int64_t> at) {
      C value = static_cast<C>(operands[0].get<T>()[at[0]]);
      if (lower)
        value = total::max<C>(value, static_cast<C>(operands[1].get<T>()[at[1]]));
      if (upper)
        value = total::min<C>(value, static_cast<C>(operands.back().get<T>()[at.back()]));
      out[i] = static_cast<T>(value);
    });
  });
  results.push_back(std::move(y));
  return success();
}

//===--- Lower ------------------------------------------------------------===//

Value ClampOp::buildScalar(ScalarBuilder &s, ValueRange args) {
  Value value = getLower() ? s.max(args[0], args[1]) : args[0];
  return getUpper() ? s.min(value, args.back()) : value;
}

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> ClampOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  ExprBuilder g(b, getLoc());
  if (!isa<FloatType>(getElementTypeOrSelf(getType())))
    return SmallVector<Value>(getNumOperands());
  Expr x = g(getX()), zero = g.number(0.0, getElementTypeOrSelf(getType())), rest = g(cotangents[0]), ofLower, ofUpper;
  if (getUpper()) { // the last one to decide
    Expr upper = g(getUpper());
    Expr raised = getLower() ? select(x < g(getLower()), g(getLower()), x) : x;
    ofUpper = select(raised > upper, rest, zero);
    rest = select(raised > upper, zero, rest);
  }
  if (getLower()) {
    Expr below = x < g(getLower());
    ofLower = select(below, rest, zero);
    rest = select(below, zero, rest);
  }
  SmallVector<Expr> results{rest};
  if (getLower())
    results.push_back(ofLower);
  if (getUpper())
    results.push_back(ofUpper);
  return unbroadcast(*this, results);
}

//===--- Import -----------------------------------------------------------===//

void ClampOp::registerImportRules(ImportRules &rules) {
  auto rule = [](StringRef xName, StringRef lowerName, StringRef upperName) {
    return [=](ImportCall &call) -> LogicalResult {
      auto x = call.tensor(xName);
      if (failed(x))
        return failure();
      Type element = call.resultElementType() ? call.resultElementType() : getElementTypeOrSelf(x->getType());
      auto bound = [&](StringRef name) { return call.has(name) ? call.tensorOrNumber(name, element) : FailureOr<Value>(Value()); };
      auto lower = bound(lowerName), upper = bound(upperName);
      if (failed(lower) || failed(upper))
        return failure();
      if (!*lower && !*upper)
        return call.yield(*x);
      return call.yield(ClampOp::create(call.builder, call.loc, call.cast(*x, element), *lower, *upper).getResult());
    };
  };
  rules.aten({"clamp.default", "clamp.Tensor"}, rule("self", "min", "max"));
  rules.aten({"hardtanh.default"}, rule("self", "min_val", "max_val"));
  rules.onnx({"Clip"}, rule("input", "min", "max"));
}

//===--- Export -----------------------------------------------------------===//

void ClampOp::registerExportRules(ExportRules &rules) {
  rules.onnx<ClampOp>([](ClampOp op, OnnxExport &to) {
    auto isScalar = [](Value bound) { return !bound || cast<RankedTensorType>(bound.getType()).getRank() == 0; };
    auto wide = [&](Value value) { return value ? to.wide(to[value]) : ForeignValue(); };
    ForeignValue x = wide(op.getX()), lower = wide(op.getLower()), upper = wide(op.getUpper());
    if (isScalar(op.getLower()) && isScalar(op.getUpper()))
      return to.yield(to("Clip", {x, lower, upper}));
    ForeignValue y = lower ? to("Max", {x, lower}) : x;
    return to.yield(upper ? to("Min", {y, upper}) : y);
  });
  rules.aten<ClampOp>(
      [](ClampOp op, AtenExport &to) { return to.yield(to("clamp.Tensor", {to[op.getX()], to[op.getLower()], to[op.getUpper()]})); });
}
