//===- Activation.cpp - elementwise functions with parameters -------------===//
//
// Computed in f32 where the tensor is f16 or bf16, and rounded once at the end.
//
//===----------------------------------------------------------------------===//
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Clamp.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
using Parameters = ArrayRef<double>;

Expr clamp(Expr x, double low, double high) {
  return (*x.g)(graph::ClampOp::create(x.g->b, x.g->loc, x, numberLike(low, x), numberLike(high, x)));
}

const onnx::Activation activations[] = {
    {"HardSigmoid", {"alpha", "beta"}, [](Expr x, Parameters p) { return clamp(x * p[0] + p[1], 0, 1); }},
    {"HardSwish", {}, [](Expr x, Parameters) { return x * clamp(x * (1.0 / 6.0) + 0.5, 0, 1); }},
    {"Elu", {"alpha"}, [](Expr x, Parameters p) { return select(x > 0.0, x, p[0] * expm1(x)); }},
    {"Celu", {"alpha"}, [](Expr x, Parameters p) { return select(x > 0.0, x, p[0] * expm1(x / p[0])); }},
    {"Selu", {"alpha", "gamma"}, [](Expr x, Parameters p) { return p[1] * select(x > 0.0, x, p[0] * expm1(x)); }},
    {"LeakyRelu", {"alpha"}, [](Expr x, Parameters p) { return select(x < 0.0, p[0] * x, x); }},
    {"ThresholdedRelu", {"alpha"}, [](Expr x, Parameters p) { return select(x > p[0], x, numberLike(0, x)); }},
    {"Softsign", {}, [](Expr x, Parameters) { return x / (abs(x) + 1.0); }},
    {"Mish", {}, [](Expr x, Parameters) { return x * tanh(softplus(x)); }},
    {"Swish", {"alpha"}, [](Expr x, Parameters p) { return x * sigmoid(x * p[0]); }},
    {"Shrink",
     {"bias", "lambd"},
     [](Expr x, Parameters p) { return select(x > p[1], x - p[0], select(x < -p[1], x + p[0], numberLike(0, x))); }},
};

LogicalResult importActivation(ImportCall &call, const onnx::Activation &activation) {
  auto x = call.tensor(call.args.front().first);
  if (failed(x))
    return failure();
  SmallVector<double> parameters;
  for (StringRef name : activation.parameters) {
    auto number = call.number(name);
    if (failed(number))
      return failure();
    parameters.push_back(*number);
  }
  ExprBuilder g(call.builder, call.loc);
  Expr value = g(call.cast(*x, computeType(*x)));
  return call.yield(call.cast(activation.compute(value, parameters), elementOf(*x)));
}

/// The first operand, swished, gates the second.
LogicalResult importSwiglu(ImportCall &call) {
  auto a = call.tensor("A"), b = call.tensor("B");
  auto alpha = call.number("alpha");
  if (failed(a) || failed(b) || failed(alpha))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  auto computed = [&](Value x) { return g(call.cast(x, computeType(x))); };
  return call.yield(call.cast(onnx::findActivation("Swish")->compute(computed(*a), *alpha) * computed(*b), elementOf(*a)));
}

LogicalResult importDropout(ImportCall &call, bool maskIsTruth) {
  auto x = call.tensor("data");
  auto isTraining = call.boolean("training_mode", false);
  if (failed(x) || failed(isTraining))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  if (*isTraining) {
    auto ratio = call.number("ratio", 0.5);
    if (failed(ratio))
      return failure();
    if (!(*ratio >= 0 && *ratio < 1))
      return call.unsupported("a ratio out of [0, 1)");
    if (*ratio != 0) {
      FailureOr<Expr> kept = aten::keptOf(call, g, *ratio, sizesOf(call, *x));
      return failed(kept) ? failure() : call.yield({Value(aten::scaledUp(*kept, g(*x), *ratio)), Value(*kept)});
    }
  }
  Type maskType = maskIsTruth ? Type(call.builder.getI1Type()) : elementOf(*x);
  return call.yield({*x, aten::full(call, g.number(1, maskType), sizesOf(call, *x))});
}
} // namespace

const onnx::Activation *onnx::findActivation(StringRef op) {
  const Activation *found = llvm::find_if(activations, [&](const Activation &row) { return row.op.equals_insensitive(op); });
  return found == std::end(activations) ? nullptr : found;
}

void graphopt::registerOnnxActivationRules(ImportRules &rules) {
  for (const onnx::Activation &activation : activations)
    rules.onnx({activation.op}, [&activation](ImportCall &call) { return importActivation(call, activation); });
  rules.onnx({"PRelu"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("X"), slope = call.tensor("slope");
    if (failed(x) || failed(slope))
      return failure();
    ExprBuilder g(call.builder, call.loc);
    Expr value = g(*x);
    return call.yield(Value(select(value < g.number(0, elementOf(*x)), value * g(*slope), value)));
  });
  rules.onnx({"SwiGLU"}, importSwiglu);
  rules.onnx({"Dropout"}, [](ImportCall &call) { return importDropout(call, /*maskIsTruth=*/false); }, 1, 9);
  rules.onnx({"Dropout"}, [](ImportCall &call) { return importDropout(call, /*maskIsTruth=*/true); }, 10);
}
