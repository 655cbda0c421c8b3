//===- Arithmetic.cpp - arithmetic of several steps -----------------------===//
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Clamp.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/Matmul.h"
#include "graph-opt/Dialect/Graph/Ops/Select.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// Arguments as expressions of the result's element type.
FailureOr<SmallVector<Expr>> operands(ImportCall &call, ExprBuilder &g, ArrayRef<StringRef> names) {
  SmallVector<Expr> values;
  for (StringRef name : names) {
    FailureOr<Value> value = call.tensorOrNumber(name, call.resultElementType());
    if (failed(value))
      return failure();
    values.push_back(g(*value));
  }
  return values;
}

using Formula = std::function<Expr(ExprBuilder &, ArrayRef<Expr>, double)>;

/// A formula of tensors or numbers, and of one more number.
void addFormula(ImportRules &rules, ArrayRef<StringRef> overloads, std::vector<StringRef> names, StringRef extra, Formula formula) {
  rules.aten(overloads, [=](ImportCall &call) -> LogicalResult {
    ExprBuilder g(call.builder, call.loc);
    auto values = operands(call, g, names);
    FailureOr<double> number = extra.empty() ? FailureOr<double>(0) : call.number(extra, 1);
    if (failed(values) || failed(number))
      return failure();
    return call.yield(Value(formula(g, *values, *number)));
  });
}

Expr scaled(Expr x, double factor) { return factor == 1 ? x : x * factor; }

/// floor or trunc of a quotient; integers divide exactly.
FailureOr<Expr> divide(ImportCall &call, Expr a, Expr b, StringRef mode) {
  ExprBuilder &g = *a.g;
  bool isInteger = !isa<FloatType>(a.getType().getElementType());
  if (mode == "trunc")
    return isInteger ? a / b : trunc(a / b);
  if (!isInteger) // as torch: from the remainder, which is exact where the rounded quotient may be one too many
    return floor((a - g(graph::ModOp::create(g.b, g.loc, a, b))) / b + 0.5);
  // a - mod(a, b) is a multiple of b.
  return (a - g(graph::ModOp::create(g.b, g.loc, a, b))) / b;
}

LogicalResult clamp(ImportCall &call) {
  Type type = call.resultElementType();
  auto x = call.tensorOrNumber("self", type);
  if (failed(x))
    return failure();
  Value lower, upper;
  for (auto [name, bound] : {std::pair<StringRef, Value &>("min", lower), {"max", upper}})
    if (call.has(name)) {
      auto value = call.tensorOrNumber(name, type);
      if (failed(value))
        return failure();
      bound = *value;
    }
  return call.yield(graph::ClampOp::create(call.builder, call.loc, *x, lower, upper).getResult());
}

/// mask ? a : b
LogicalResult choose(ImportCall &call, StringRef condition, StringRef a, StringRef b) {
  auto mask = call.tensor(condition);
  auto yes = call.tensorOrNumber(a, call.resultElementType()), no = call.tensorOrNumber(b, call.resultElementType());
  if (failed(mask) || failed(yes) || failed(no))
    return failure();
  Value truth = call.cast(*mask, call.builder.getI1Type());
  return call.yield(graph::SelectOp::create(call.builder, call.loc, truth, *yes, *no).getResult());
}
} // namespace

void graphopt::registerAtenArithmeticRules(ImportRules &rules) {
  addFormula(rules, {"rsub.Scalar", "rsub.Tensor"}, {"self", "other"}, "alpha",
             [](ExprBuilder &, ArrayRef<Expr> x, double alpha) { return x[1] - scaled(x[0], alpha); });
  addFormula(rules, {"addcmul.default"}, {"self", "tensor1", "tensor2"}, "value",
             [](ExprBuilder &, ArrayRef<Expr> x, double value) { return x[0] + scaled(x[1] * x[2], value); });
  addFormula(rules, {"addcdiv.default"}, {"self", "tensor1", "tensor2"}, "value",
             [](ExprBuilder &, ArrayRef<Expr> x, double value) { return x[0] + scaled(x[1] / x[2], value); });
  addFormula(rules, {"lerp.Tensor", "lerp.Scalar"}, {"self", "end", "weight"}, "",
             [](ExprBuilder &, ArrayRef<Expr> x, double) { return x[0] + x[2] * (x[1] - x[0]); });
  addFormula(rules, {"pow.Scalar"}, {"self", "exponent"}, "", [](ExprBuilder &, ArrayRef<Expr> x, double) { return pow(x[0], x[1]); });
  rules.aten({"clip.default", "clip.Tensor", "clamp_min.default", "clamp_min.Tensor", "clamp_max.default", "clamp_max.Tensor"}, clamp);

  auto division = [](ImportCall &call) -> LogicalResult {
    ExprBuilder g(call.builder, call.loc);
    auto values = operands(call, g, {"self", "other"});
    FailureOr<std::string> mode = StringRef(call.name).contains("floor_divide") ? FailureOr<std::string>(std::string("floor"))
                                  : call.has("rounding_mode")                   ? call.string("rounding_mode")
                                                                                : FailureOr<std::string>(std::string());
    if (failed(values) || failed(mode))
      return failure();
    if (mode->empty())
      return call.yield(Value((*values)[0] / (*values)[1]));
    FailureOr<Expr> result = divide(call, (*values)[0], (*values)[1], *mode);
    return failed(result) ? failure() : call.yield(Value(*result));
  };
  rules.aten({"div.Tensor_mode", "div.Scalar_mode", "floor_divide.default", "floor_divide.Scalar"}, division);

  rules.aten({"masked_fill.Scalar", "masked_fill.Tensor"}, [](ImportCall &call) { return choose(call, "mask", "value", "self"); });
  rules.aten({"where.ScalarSelf", "where.ScalarOther", "where.Scalar"},
             [](ImportCall &call) { return choose(call, "condition", "self", "other"); });

  // beta * self + alpha * (a @ b)
  auto addProduct = [&](StringRef overload, StringRef aName, StringRef bName) {
    rules.aten({overload}, [=](ImportCall &call) -> LogicalResult {
      auto self = call.tensor("self"), a = call.tensor(aName), b = call.tensor(bName);
      FailureOr<double> beta = call.number("beta", 1), alpha = call.number("alpha", 1);
      if (failed(self) || failed(a) || failed(b) || failed(beta) || failed(alpha))
        return failure();
      ExprBuilder g(call.builder, call.loc);
      Expr product = scaled(g(graph::MatmulOp::create(call.builder, call.loc, *a, *b)), *alpha);
      // By torch's rule a beta of 0 ignores self, NaN included.
      return call.yield(*beta == 0 ? Value(product) : Value(scaled(g(*self), *beta) + product));
    });
  };
  addProduct("addmm.default", "mat1", "mat2");
  addProduct("baddbmm.default", "batch1", "batch2");
  addProduct("addmv.default", "mat", "vec");
}
