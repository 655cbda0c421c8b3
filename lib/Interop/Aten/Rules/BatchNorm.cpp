//===- BatchNorm.cpp - batch normalisation, in training too ----------------===//
//
// Computed in f32 where the tensor is f16 or bf16, and rounded once at the end.
//
//===----------------------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/BatchNorm.h"
#include "Interop/Aten/Rules/Rules.h"

using namespace mlir;
using namespace graphopt;

namespace {
struct Operands {
  Value x, weight, bias, mean, variance; ///< all but x may be null
  bool training;
  double momentum, epsilon;
};

FailureOr<Operands> readOperands(ImportCall &call) {
  auto x = call.tensor("input");
  auto weight = call.optionalTensor("weight"), bias = call.optionalTensor("bias");
  auto mean = call.optionalTensor("running_mean"), variance = call.optionalTensor("running_var");
  auto training = call.boolean("training", false); // absent where the name says so
  auto momentum = call.number("momentum", 0.1), epsilon = call.number("eps", 1e-5);
  if (failed(x) || failed(weight) || failed(bias) || failed(mean) || failed(variance) || failed(training) || failed(momentum) ||
      failed(epsilon))
    return failure();
  if (aten::rankOf(*x) < 2 || !*mean != !*variance || (!*training && !*mean))
    return call.unsupported("expected an axis of channels, and statistics where the batch's don't count");
  return Operands{*x, *weight, *bias, *mean, *variance, *training, *momentum, *epsilon};
}

/// With the statistics of the batch itself.
struct Normalised {
  Expr y, mean, inverse;     ///< the inverse is 1 / deviation
  Expr newMean, newVariance; ///< what the running statistics are after this batch, where there are any
};

Normalised normalise(ImportCall &call, ExprBuilder &g, const Operands &in) {
  auto computed = [&](Value value) { return g.cast(g(value), aten::computeType(value)); };
  Expr value = computed(in.x);
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, aten::rankOf(in.x)));
  axes.erase(axes.begin() + 1);
  auto alongChannels = [&](Value vector) { return aten::alongChannels(call, value, vector); };
  // Errors of the statistics are errors of each element, and those of long sums are great: they are in f64, as torch's are.
  Type compute = value.getType().getElementType(), wide = call.builder.getF64Type();
  Expr count = g(aten::countAlong(call, value, axes, compute)), wideCount = g.cast(count, wide);
  auto average = [&](Expr x) { return g.cast(g.sum(g.cast(x, wide), axes, false) / wideCount, compute); };
  Expr mean = average(value), deviation = value - alongChannels(mean), variance = average(deviation * deviation);
  Expr inverse = rsqrt(variance + in.epsilon), y = deviation * alongChannels(inverse);
  if (in.weight)
    y = y * alongChannels(in.weight);
  if (in.bias)
    y = y + alongChannels(in.bias);
  Normalised result{y, mean, inverse, {}, {}};
  if (in.mean) {
    auto mixed = [&](Value old, Expr fresh) { return computed(old) * (1 - in.momentum) + fresh * in.momentum; };
    result.newMean = mixed(in.mean, mean);
    result.newVariance = mixed(in.variance, variance * (count / (count - 1.0))); // the unbiased one
  }
  return result;
}

/// As many of the values as the source states results, each of the type that it states.
LogicalResult yieldTyped(ImportCall &call, ArrayRef<Expr> values) {
  SmallVector<Value> typed;
  for (auto [i, value] : llvm::enumerate(values.take_front(call.resultTypes.size())))
    typed.push_back(call.resultElementType(i) ? call.cast(value, call.resultElementType(i)) : Value(value));
  return call.yield(typed);
}

/// As a function: the running statistics, where there are any, are results.
LogicalResult importFunctional(ImportCall &call) {
  auto in = readOperands(call);
  if (failed(in))
    return failure();
  if (!in->training)
    return call.unsupported("expected training");
  ExprBuilder g(call.builder, call.loc);
  Normalised n = normalise(call, g, *in);
  return yieldTyped(call,
                    in->mean ? ArrayRef<Expr>{n.y, n.mean, n.inverse, n.newMean, n.newVariance} : ArrayRef<Expr>{n.y, n.mean, n.inverse});
}

/// With the running statistics; in training with those of the batch, and the running ones change.
LogicalResult importBatchNorm(ImportCall &call) {
  auto in = readOperands(call);
  if (failed(in))
    return failure();
  if (!in->training) {
    SmallVector<Value> results(call.resultTypes.size()); // what only training reads stays absent
    results[0] =
        graph::BatchNormOp::create(call.builder, call.loc, in->x, in->mean, in->variance, in->weight, in->bias, llvm::APFloat(in->epsilon));
    return call.yield(results);
  }
  ExprBuilder g(call.builder, call.loc);
  Normalised n = normalise(call, g, *in);
  if (in->mean) {
    call.change("running_mean", call.cast(n.newMean, aten::typeOf(in->mean).getElementType()));
    call.change("running_var", call.cast(n.newVariance, aten::typeOf(in->variance).getElementType()));
  }
  return yieldTyped(call, {n.y, n.mean, n.inverse});
}
} // namespace

void graphopt::registerAtenBatchNormRules(ImportRules &rules) {
  rules.aten({"batch_norm.default", "native_batch_norm.default", "_native_batch_norm_legit_no_training.default"}, importBatchNorm);
  rules.aten({"_native_batch_norm_legit.no_stats", "_native_batch_norm_legit_functional.default"}, importFunctional);
}
