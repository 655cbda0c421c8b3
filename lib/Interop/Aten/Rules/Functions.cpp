//===- Functions.cpp - functions of elements as formulas of others --------===//
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// Whether the sign is set, of zeros too.
Expr isNegative(Expr x) {
  if (!isa<FloatType>(x.getType().getElementType()))
    return x < 0.0;
  Expr isBelow = x < 0.0, isMinusZero = (*x.g)(graph::AndOp::create(x.g->b, x.g->loc, x == 0.0, 1.0 / x < 0.0));
  return (*x.g)(graph::OrOp::create(x.g->b, x.g->loc, isBelow, isMinusZero));
}

using Formula = std::function<Expr(ArrayRef<Expr>)>;

/// A formula of tensors or numbers in a type: of the result, or of the operands where the result is no number.
void addFunction(ImportRules &rules, ArrayRef<StringRef> overloads, std::vector<StringRef> names, Formula formula,
                 bool ofOperands = false) {
  rules.aten(overloads, [=](ImportCall &call) -> LogicalResult {
    ExprBuilder g(call.builder, call.loc);
    Type type = call.resultElementType();
    if (ofOperands) {
      auto x = call.tensor(names[0]);
      if (failed(x))
        return failure();
      type = aten::typeOf(*x).getElementType();
    }
    SmallVector<Expr> values;
    for (StringRef name : names) {
      FailureOr<Value> value = call.tensorOrNumber(name, type);
      if (failed(value))
        return failure();
      values.push_back(g(*value));
    }
    return call.yield(call.cast(formula(values), call.resultElementType()));
  });
}

/// NaN and infinities replaced: the latter by the greatest numbers of the type, if nothing else is stated.
LogicalResult importNanToNum(ImportCall &call) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  auto type = dyn_cast<FloatType>(aten::typeOf(*x).getElementType());
  if (!type)
    return call.yield(*x);
  double largest = llvm::APFloat::getLargest(type.getFloatSemantics()).convertToDouble();
  auto nan = call.number("nan", 0), high = call.number("posinf", largest), low = call.number("neginf", -largest);
  if (failed(nan) || failed(high) || failed(low))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Expr value = g(*x);
  constexpr double infinity = std::numeric_limits<double>::infinity();
  Expr finite = select(value == infinity, numberLike(*high, value), select(value == -infinity, numberLike(*low, value), value));
  return call.yield(Value(select(isNan(value), numberLike(*nan, value), finite)));
}
} // namespace

void graphopt::registerAtenFunctionRules(ImportRules &rules) {
  addFunction(rules, {"erfc.default", "special_erfc.default"}, {"self"}, [](ArrayRef<Expr> x) { return 1.0 - erf(x[0]); });
  addFunction(rules, {"deg2rad.default"}, {"self"}, [](ArrayRef<Expr> x) { return x[0] * 0.017453292519943295; });
  addFunction(rules, {"rad2deg.default"}, {"self"}, [](ArrayRef<Expr> x) { return x[0] * 57.29577951308232; });
  addFunction(rules, {"sinc.default", "special_sinc.default"}, {"self"}, [](ArrayRef<Expr> x) {
    Expr one = numberLike(1, x[0]), isZero = x[0] == 0.0, angle = select(isZero, one, x[0] * 3.141592653589793);
    return select(isZero, one, sin(angle) / angle);
  });
  addFunction(rules, {"hypot.default"}, {"self", "other"}, [](ArrayRef<Expr> x) {
    Expr infinity = numberLike(std::numeric_limits<double>::infinity(), x[0]), one = numberLike(1, x[0]);
    Expr large = max(abs(x[0]), abs(x[1]));
    Expr scale = select(large == 0.0, one, select(large == infinity, one, large)); // squares would overflow
    Expr a = x[0] / scale, b = x[1] / scale, length = scale * sqrt(a * a + b * b);
    Expr beside = select(abs(x[0]) == infinity, infinity, select(abs(x[1]) == infinity, infinity, length));
    return select(isNan(length), beside, length); // infinite even beside NaN
  });
  addFunction(rules, {"fmax.default"}, {"self", "other"},
              [](ArrayRef<Expr> x) { return select(isNan(x[1]), x[0], select(isNan(x[0]), x[1], max(x[0], x[1]))); });
  addFunction(rules, {"fmin.default"}, {"self", "other"},
              [](ArrayRef<Expr> x) { return select(isNan(x[1]), x[0], select(isNan(x[0]), x[1], min(x[0], x[1]))); });
  addFunction(rules, {"logaddexp.default"}, {"self", "other"}, [](ArrayRef<Expr> x) {
    Expr large = max(x[0], x[1]), rest = large + log1p(exp(-abs(x[0] - x[1])));
    return select(abs(large) == std::numeric_limits<double>::infinity(), large, rest); // inf - inf is none
  });
  addFunction(rules, {"xlogy.Tensor", "xlogy.Scalar_Self", "xlogy.Scalar_Other", "special_xlogy.default"}, {"self", "other"},
              [](ArrayRef<Expr> x) {
                // 0 times the logarithm of what has none, or an infinite one, is 0.
                Expr one = numberLike(1, x[1]), infinity = numberLike(std::numeric_limits<double>::infinity(), x[1]);
                Expr finite = select(x[1] == infinity, one, select(x[1] > 0.0, x[1], select(isNan(x[1]), x[1], one)));
                return x[0] * log(select(x[0] == 0.0, finite, x[1]));
              });
  addFunction(rules, {"copysign.Tensor", "copysign.Scalar"}, {"self", "other"},
              [](ArrayRef<Expr> x) { return select(isNegative(x[1]), -abs(x[0]), abs(x[0])); });
  addFunction(rules, {"heaviside.default"}, {"self", "values"}, [](ArrayRef<Expr> x) {
    Expr one = numberLike(1, x[0]), zero = numberLike(0, x[0]);
    return select(x[0] == 0.0, x[1], select(x[0] > zero, one, zero));
  });
  addFunction(rules, {"ldexp.Tensor"}, {"self", "other"}, [](ArrayRef<Expr> x) { return x[0] * pow(numberLike(2, x[1]), x[1]); });
  addFunction(rules, {"signbit.default"}, {"self"}, [](ArrayRef<Expr> x) { return isNegative(x[0]); }, /*ofOperands=*/true);
  rules.aten({"nan_to_num.default"}, importNanToNum);
}
