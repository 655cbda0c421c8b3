//===- Gelu.cpp -----------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Gelu.h"
#include "Graph/Shared/OpSupport.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

#include "graph-opt/Dialect/Graph/Ops/Gelu.ops.inc"

namespace {
constexpr double sqrtHalf = 0.70710678118654752;     // sqrt(1 / 2)
constexpr double sqrtTwoByPi = 0.79788456080286536;  // sqrt(2 / pi)
constexpr double invSqrtTwoPi = 0.39894228040143268; // 1 / sqrt(2 * pi)
constexpr double cubic = 0.044715;
bool isTanh(GeluOp op) { return op.getApproximate() == "tanh"; }
} // namespace

//===--- Shape ------------------------------------------------------------===//

LogicalResult GeluOp::infer(InferContext &context, Adaptor op, SmallVectorImpl<SymbolicType> &results) {
  StringAttr approximate = op.getApproximateAttr();                  // null while parsing, where it is left out
  if (approximate && approximate != "none" && approximate != "tanh") // (C1)
    return context.emitError() << "expected 'approximate' to be \"none\" or \"tanh\", got " << approximate;
  results.push_back(context.typeOf(op.getX()));
  return success();
}

//===--- Evaluate ---------------------------------------------------------===//

LogicalResult GeluOp::evaluate(EvalContext &, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &results) {
  return evaluateElementwise<Domain::floats, 1>(*this, operands, results, [&](auto x) {
    using T = decltype(x);
    double wide = x;
    double inner = isTanh(*this) ? std::tanh(sqrtTwoByPi * (wide + cubic * wide * wide * wide)) : std::erf(wide * sqrtHalf);
    return static_cast<T>(0.5 * wide * (1.0 + inner));
  });
}

//===--- Lower ------------------------------------------------------------===//

Value GeluOp::buildScalar(ScalarBuilder &s, ValueRange args) {
  Value x = args[0], inner;
  if (isTanh(*this)) {
    Value cube = s.mul(s.mul(s.constant(cubic), x), s.mul(x, x));
    inner = s.unary<math::TanhOp>(s.mul(s.constant(sqrtTwoByPi), s.add(x, cube)));
  } else {
    inner = s.unary<math::ErfOp>(s.mul(x, s.constant(sqrtHalf)));
  }
  return s.mul(s.mul(s.constant(0.5), x), s.add(s.constant(1.0), inner));
}

Cost GeluOp::getCost(int64_t dynamicSize) { return defaultCost(*this, dynamicSize, 25); }

//===--- Gradient ---------------------------------------------------------===//

FailureOr<SmallVector<Value>> GeluOp::buildGradient(OpBuilder &b, ValueRange cotangents) {
  ExprBuilder g(b, getLoc());
  Expr x = g(getX()), ct = g(cotangents[0]);
  if (!isTanh(*this)) // the distribution function and x times the density
    return SmallVector<Value>{ct * ((erf(x * sqrtHalf) + 1.0) * 0.5 + x * exp(x * x * -0.5) * invSqrtTwoPi)};
  Expr t = tanh((x + x * x * x * cubic) * sqrtTwoByPi);
  return SmallVector<Value>{ct * ((t + 1.0) * 0.5 + x * 0.5 * (1.0 - t * t) * (x * x * (3.0 * cubic) + 1.0) * sqrtTwoByPi)};
}

//===--- Import -----------------------------------------------------------===//

void GeluOp::registerImportRules(ImportRules &rules) {
  auto rule = [](StringRef name) {
    return [name](ImportCall &call) -> LogicalResult {
      auto x = call.tensor(name);
      FailureOr<std::string> approximate = call.string("approximate", "none");
      if (failed(x) || failed(approximate))
        return failure();
      return call.yield(GeluOp::create(call.builder, call.loc, *x, *approximate).getResult());
    };
  };
  rules.aten({"gelu.default"}, rule("self"));
  rules.onnx({"Gelu"}, rule("X"));
}

//===--- Export -----------------------------------------------------------===//

void GeluOp::registerExportRules(ExportRules &rules) {
  rules.onnx<GeluOp>(
      [](GeluOp op, OnnxExport &to) { return to.yield(to("Gelu", {to.wide(to[op.getX()])}, {{"approximate", op.getApproximate()}})); });
  rules.aten<GeluOp>(
      [](GeluOp op, AtenExport &to) { return to.yield(to("gelu.default", {to[op.getX()]}, {{"approximate", op.getApproximate()}})); });
}
