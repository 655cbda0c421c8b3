//===- Activation.cpp - activation functions as formulas ------------------===//
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Clamp.h"
#include "graph-opt/Dialect/Graph/Ops/Slice.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// A function of x and of numbers among the arguments.
using Formula = std::function<Expr(ExprBuilder &, Expr, ArrayRef<double>)>;

void addFormula(ImportRules &rules, ArrayRef<StringRef> names, std::vector<std::pair<std::string, double>> numbers, Formula formula) {
  rules.aten(names, [numbers, formula](ImportCall &call) -> LogicalResult {
    auto self = call.tensorOrNumber("self", call.resultElementType());
    if (failed(self))
      return failure();
    SmallVector<double> values;
    for (const auto &[name, absent] : numbers) {
      FailureOr<double> value = call.number(name, absent);
      if (failed(value))
        return failure();
      values.push_back(*value);
    }
    ExprBuilder g(call.builder, call.loc);
    return call.yield(Value(formula(g, g(*self), values)));
  });
}

Expr clip(ExprBuilder &g, Expr x, double least, double greatest) {
  return g(graph::ClampOp::create(g.b, g.loc, x, numberLike(least, x), numberLike(greatest, x)));
}

/// x where it is not positive, and 0 elsewhere, so that an exponential which is not chosen has no infinite slope.
Expr lowerPart(Expr x) { return select(x > 0.0, numberLike(0, x), x); }
} // namespace

void graphopt::registerAtenActivationRules(ImportRules &rules) {
  addFormula(rules, {"relu6.default"}, {}, [](ExprBuilder &g, Expr x, ArrayRef<double>) { return clip(g, x, 0, 6); });
  addFormula(rules, {"hardsigmoid.default"}, {}, [](ExprBuilder &g, Expr x, ArrayRef<double>) { return clip(g, x + 3.0, 0, 6) / 6.0; });
  addFormula(rules, {"hardswish.default"}, {}, [](ExprBuilder &g, Expr x, ArrayRef<double>) { return x * (clip(g, x + 3.0, 0, 6) / 6.0); });
  addFormula(rules, {"leaky_relu.default"}, {{"negative_slope", 0.01}},
             [](ExprBuilder &, Expr x, ArrayRef<double> n) { return select(x > 0.0, x, x * n[0]); });
  addFormula(rules, {"elu.default"}, {{"alpha", 1}, {"scale", 1}, {"input_scale", 1}}, [](ExprBuilder &, Expr x, ArrayRef<double> n) {
    return select(x > 0.0, x * n[1], expm1(lowerPart(x) * n[2]) * (n[0] * n[1]));
  });
  addFormula(rules, {"celu.default"}, {{"alpha", 1}},
             [](ExprBuilder &, Expr x, ArrayRef<double> n) { return select(x > 0.0, x, expm1(lowerPart(x) / n[0]) * n[0]); });
  addFormula(rules, {"selu.default"}, {}, [](ExprBuilder &, Expr x, ArrayRef<double>) {
    constexpr double alpha = 1.6732632423543772848170429916717, scale = 1.0507009873554804934193349852946;
    return select(x > 0.0, x * scale, expm1(lowerPart(x)) * (alpha * scale));
  });
  addFormula(rules, {"softplus.default"}, {{"beta", 1}, {"threshold", 20}},
             [](ExprBuilder &, Expr x, ArrayRef<double> n) { return select(x * n[0] > n[1], x, softplus(x * n[0]) / n[0]); });
  addFormula(rules, {"mish.default"}, {}, [](ExprBuilder &, Expr x, ArrayRef<double>) { return x * tanh(softplus(x)); });
  addFormula(rules, {"log_sigmoid.default"}, {}, [](ExprBuilder &, Expr x, ArrayRef<double>) { return -softplus(-x); });
  addFormula(rules, {"threshold.default"}, {{"threshold", 0}, {"value", 0}},
             [](ExprBuilder &g, Expr x, ArrayRef<double> n) { return select(x > n[0], x, select(isNan(x), x, numberLike(n[1], x))); });
  addFormula(rules, {"hardshrink.default"}, {{"lambd", 0.5}}, [](ExprBuilder &, Expr x, ArrayRef<double> n) {
    return select(x > n[0], x, select(x < -n[0], x, select(isNan(x), x, numberLike(0, x))));
  });
  addFormula(rules, {"softshrink.default"}, {{"lambd", 0.5}}, [](ExprBuilder &, Expr x, ArrayRef<double> n) {
    return select(x > n[0], x - n[0], select(x < -n[0], x + n[0], select(isNan(x), x, numberLike(0, x))));
  });
  addFormula(rules, {"square.default"}, {}, [](ExprBuilder &, Expr x, ArrayRef<double>) { return x * x; });
  addFormula(rules, {"logit.default"}, {{"eps", -1}}, [](ExprBuilder &g, Expr x, ArrayRef<double> n) {
    Expr p = n[0] < 0 ? x : clip(g, x, n[0], 1 - n[0]);
    return log(p) - log1p(-p);
  });
  addFormula(rules, {"frac.default"}, {}, [](ExprBuilder &, Expr x, ArrayRef<double>) { return x - trunc(x); });

  // a * sigmoid(b), a and b the halves along an axis.
  rules.aten({"glu.default"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("self");
    if (failed(x))
      return failure();
    auto axis = call.axis("dim", aten::rankOf(*x));
    if (failed(axis))
      return failure();
    if (aten::rankOf(*x) == 0 || aten::typeOf(*x).isDynamicDim(*axis) || aten::typeOf(*x).getDimSize(*axis) % 2)
      return call.unsupported("expected an even static size along the axis");
    SmallVector<OpFoldResult> sizes = aten::sizesOf(call, *x), starts(sizes.size(), call.builder.getIndexAttr(0));
    SmallVector<int64_t> steps(sizes.size(), 1);
    int64_t half = aten::typeOf(*x).getDimSize(*axis) / 2;
    sizes[*axis] = call.builder.getIndexAttr(half);
    ExprBuilder g(call.builder, call.loc);
    Expr a = g(graph::SliceOp::create(call.builder, call.loc, *x, starts, sizes, steps));
    starts[*axis] = call.builder.getIndexAttr(half);
    Expr b = g(graph::SliceOp::create(call.builder, call.loc, *x, starts, sizes, steps));
    return call.yield(Value(a * sigmoid(b)));
  });
}
