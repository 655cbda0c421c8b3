//===- Clamp.cpp ----------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Clamp.h"
#include "Graph/Shared/OpSupport.h"
#include "mlir/IR/Matchers.h"

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
  Expr x = g(getX()), ct = g(cotangents[0]), zero = numberLike(0.0, ct), lower = g(getLower()), upper = g(getUpper());
  auto isNumber = [](Value bound) { return !bound || matchPattern(bound, m_Constant()); };
  auto where = [&](Expr condition, Expr yes, Expr no) { return graphopt::select(condition, yes, no); };
  SmallVector<Expr> results;
  if (isNumber(lower) && isNumber(upper)) { // x gets all of it between them, and nothing at them
    Expr inside = lower.value ? where(x > lower, ct, zero) : ct;
    results.push_back(upper.value ? where(x < upper, inside, zero) : inside);
    results.append(getNumOperands() - 1, Expr());
  } else if (!lower.value || !upper.value) { // as the gradient of max or min
    Expr bound = lower.value ? lower : upper, shared = where(x == bound, ct * 0.5, ct);
    auto [isOutside, isInside] = lower.value ? std::pair{x < bound, bound < x} : std::pair{bound < x, x < bound};
    results = {where(isOutside, zero, shared), where(isInside, zero, shared)};
  } else { // between bounds that meet x gets all of it, and the upper one where they have changed places
    Expr isApart = lower < upper, isSame = lower == upper, isCrossed = upper < lower;
    Expr half = where(isApart, ct * 0.5, zero);
    Expr atBound = where(isApart, ct * 0.5, ct), ofBound = where(isSame, ct, where(isApart, ct, zero));
    Expr ofX = where(x == lower, atBound, where(x == upper, atBound, ct));
    results.push_back(where(x < lower, zero, where(x > upper, zero, ofX)));
    results.push_back(where(x < lower, ofBound, where(x == lower, half, zero)));
    results.push_back(where(isCrossed, ct, where(x > upper, ofBound, where(x == upper, half, zero))));
  }
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
