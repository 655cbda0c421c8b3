//===- Random.cpp - draws of random numbers, and dropout -------------------===//
//
// A draw is a pure function of the model's key and of a stream of its own: the numbers are others than torch's, of the same distribution.
//
//===----------------------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Random.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Argsort.h"
#include "graph-opt/Dialect/Graph/Ops/Compare.h"

using namespace mlir;
using namespace graphopt;

/// x * scale where it is kept, else 0.
static Expr scaledWhere(Expr kept, Expr x, double scale) { return x * select(kept, numberLike(scale, x), numberLike(0, x)); }

FailureOr<Expr> aten::draw(ImportCall &call, ExprBuilder &g, Type element, ArrayRef<OpFoldResult> sizes, StringRef distribution) {
  if (!call.random || !call.random->key)
    return call.unsupported("a draw of random numbers in a loop, whose steps would all get the same ones");
  return g(graph::RandomOp::create(g.b, g.loc, call.random->key, element, sizes, distribution, ++call.random->draws));
}

FailureOr<Expr> aten::keptOf(ImportCall &call, ExprBuilder &g, double p, ArrayRef<OpFoldResult> sizes) {
  FailureOr<Expr> y = draw(call, g, g.b.getF32Type(), sizes, "uniform");
  if (failed(y))
    return failure();
  return g(graph::GeOp::create(g.b, g.loc, *y, numberLike(p, *y)));
}

Expr aten::scaledUp(Expr kept, Expr x, double p) { return scaledWhere(kept, x, 1 / (1 - p)); }

namespace {
using aten::draw;
using aten::keptOf;
using aten::scaledUp;
using Sizes = SmallVector<OpFoldResult>;

/// The sizes that a call asks for: of its argument `size`, or of `self`.
FailureOr<Sizes> wantedSizes(ImportCall &call) {
  if (call.has("size"))
    return call.sizes("size");
  auto self = call.tensor("self");
  return failed(self) ? FailureOr<Sizes>(failure()) : aten::sizesOf(call, *self);
}

/// mean + deviation * numbers of a distribution.
LogicalResult importDraw(ImportCall &call, StringRef distribution, double mean = 0, double deviation = 1) {
  FailureOr<Sizes> sizes = wantedSizes(call);
  if (failed(sizes))
    return failure();
  Type type = call.resultElementType();
  if (!isa<FloatType>(type))
    return call.unsupported("expected a floating-point result");
  ExprBuilder g(call.builder, call.loc);
  FailureOr<Expr> y = draw(call, g, type, *sizes, distribution);
  if (failed(y))
    return failure();
  return call.yield(Value(mean == 0 && deviation == 1 ? *y : *y * deviation + mean));
}

LogicalResult importNormal(ImportCall &call) {
  auto mean = call.number("mean"), deviation = call.number("std");
  return failed(mean) || failed(deviation) ? failure() : importDraw(call, "normal", *mean, *deviation);
}

/// Whole numbers from low up to high, which is not among them. f64 has the 53 bits that none of them gets less often for.
LogicalResult importWhole(ImportCall &call) {
  auto low = call.integer("low", 0), high = call.integer("high");
  FailureOr<Sizes> sizes = wantedSizes(call);
  if (failed(low) || failed(high) || failed(sizes))
    return failure();
  if (*high <= *low || static_cast<double>(*high) - static_cast<double>(*low) > 0x1p53)
    return call.unsupported("expected a range of 1 to 2^53 numbers");
  ExprBuilder g(call.builder, call.loc);
  FailureOr<Expr> y = draw(call, g, g.b.getF64Type(), *sizes, "uniform");
  if (failed(y))
    return failure();
  return call.yield(call.cast(floor(*y * static_cast<double>(*high - *low)) + static_cast<double>(*low), call.resultElementType()));
}

/// 1 with a probability, which may be another one for each element.
LogicalResult importBernoulli(ImportCall &call) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  FailureOr<Expr> y = draw(call, g, g.b.getF32Type(), aten::sizesOf(call, *x), "uniform");
  auto p = call.has("p") ? call.tensorOrNumber("p", g.b.getF32Type()) : FailureOr<Value>(call.cast(*x, g.b.getF32Type()));
  if (failed(y) || failed(p))
    return failure();
  return call.yield(call.cast(graph::LtOp::create(g.b, g.loc, *y, *p), call.resultElementType()));
}

LogicalResult importPermutation(ImportCall &call) {
  auto count = call.size("n");
  if (failed(count))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  FailureOr<Expr> y = draw(call, g, g.b.getF64Type(), *count, "uniform");
  if (failed(y))
    return failure();
  return call.yield(call.cast(graph::ArgsortOp::create(g.b, g.loc, *y, /*axis=*/0), call.resultElementType()));
}

//===--- Dropout ----------------------------------------------------------===//

struct Dropout {
  Value x;
  double p;
  Value known; ///< the result where nothing is drawn: in evaluation, and for a share of 0 or 1
};

FailureOr<Dropout> readDropout(ImportCall &call) {
  auto x = call.tensor("input");
  auto train = call.boolean("train", true);
  auto p = call.number("p");
  if (failed(x) || failed(train) || failed(p))
    return failure();
  if (!(*p >= 0 && *p <= 1))
    return call.unsupported("expected a share of 0 to 1");
  ExprBuilder g(call.builder, call.loc);
  bool staysAsItIs = !*train || *p == 0;
  return Dropout{*x, *p, staysAsItIs ? *x : *p == 1 ? Value(g(*x) * 0.0) : Value()};
}

/// What becomes of x where it is kept and where it is not, for a share p that is dropped.
using DropoutFormula = Expr (*)(Expr kept, Expr x, double p);

/// Dropped elements get the value that keeps mean and deviation under a SELU (Klambauer et al., Self-Normalizing Neural Networks, 2017).
Expr keepingMoments(Expr kept, Expr x, double p) {
  constexpr double alpha = 1.7580993408473766; // SELU's scale times its alpha
  double a = 1 / std::sqrt((alpha * alpha * p + 1) * (1 - p)), b = alpha * a * p;
  return select(kept, x * a + b, numberLike(b - alpha * a, x));
}

/// `byChannel` keeps or drops a whole channel of a sample.
LogicalResult importDropout(ImportCall &call, bool byChannel, DropoutFormula formula) {
  auto in = readDropout(call);
  if (failed(in))
    return failure();
  if (in->known)
    return call.yield(in->known);
  Sizes sizes = aten::sizesOf(call, in->x);
  if (byChannel)
    for (size_t axis = 2; axis < sizes.size(); ++axis)
      sizes[axis] = call.builder.getIndexAttr(1);
  ExprBuilder g(call.builder, call.loc);
  FailureOr<Expr> kept = keptOf(call, g, in->p, sizes);
  return failed(kept) ? failure() : call.yield(Value(formula(*kept, g(in->x), in->p)));
}

/// The result, and which elements have stayed.
LogicalResult importNativeDropout(ImportCall &call) {
  auto in = readDropout(call);
  if (failed(in))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Sizes sizes = aten::sizesOf(call, in->x);
  if (in->known)
    return call.yield({in->known, aten::full(call, g.number(in->known == in->x, call.builder.getI1Type()), sizes)});
  FailureOr<Expr> kept = keptOf(call, g, in->p, sizes);
  if (failed(kept))
    return failure();
  return call.yield({Value(scaledUp(*kept, g(in->x), in->p)), Value(*kept)});
}

LogicalResult importNativeDropoutBackward(ImportCall &call) {
  auto ct = call.tensor("grad_output"), kept = call.tensor("mask");
  auto scale = call.number("scale");
  if (failed(ct) || failed(kept) || failed(scale))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Expr y = g(*ct);
  return call.yield(Value(scaledWhere(g(*kept), y, *scale)));
}
} // namespace

void graphopt::registerAtenRandomRules(ImportRules &rules) {
  rules.aten({"rand.default", "rand_like.default"}, [](ImportCall &call) { return importDraw(call, "uniform"); });
  rules.aten({"randn.default", "randn_like.default"}, [](ImportCall &call) { return importDraw(call, "normal"); });
  rules.aten({"normal.float_float"}, importNormal);
  rules.aten({"randint.default", "randint.low", "randint_like.default", "randint_like.low_dtype"}, importWhole);
  rules.aten({"bernoulli.default", "bernoulli.p"}, importBernoulli);
  rules.aten({"randperm.default"}, importPermutation);
  rules.aten({"dropout.default"}, [](ImportCall &call) { return importDropout(call, /*byChannel=*/false, scaledUp); });
  rules.aten({"feature_dropout.default"}, [](ImportCall &call) { return importDropout(call, /*byChannel=*/true, scaledUp); });
  rules.aten({"alpha_dropout.default"}, [](ImportCall &call) { return importDropout(call, /*byChannel=*/false, keepingMoments); });
  rules.aten({"native_dropout.default"}, importNativeDropout);
  rules.aten({"native_dropout_backward.default"}, importNativeDropoutBackward);
}
