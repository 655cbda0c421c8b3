//===- Norm.cpp - normalisations ------------------------------------------===//
//
// Computed in f32 where the tensor is f16 or bf16, and rounded once at the end.
//
//===----------------------------------------------------------------------===//
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/LayerNorm.h"

using namespace mlir;
using namespace graphopt;

aten::Moments aten::moments(const ImportCall &call, Expr x, ArrayRef<int64_t> axes, double epsilon) {
  ExprBuilder &g = *x.g;
  Expr count = g(countAlong(call, x, axes, x.getType().getElementType()));
  Expr mean = g.sum(x, axes, true) / count, deviation = x - mean, variance = g.sum(deviation * deviation, axes, true) / count;
  return {mean, variance, rsqrt(variance + epsilon), count};
}

namespace {
/// y, mean, 1 / deviation.
LogicalResult importNativeLayerNorm(ImportCall &call) {
  auto x = call.tensor("input");
  auto weight = call.optionalTensor("weight"), bias = call.optionalTensor("bias");
  auto shape = call.sizes("normalized_shape");
  auto epsilon = call.number("eps", 1e-5);
  if (failed(x) || failed(weight) || failed(bias) || failed(shape) || failed(epsilon))
    return failure();
  int64_t rank = aten::rankOf(*x), last = static_cast<int64_t>(shape->size());
  if (last < 1 || last > rank)
    return call.unsupported("expected 1 to " + Twine(rank) + " normalised sizes");
  Value y = graph::LayerNormOp::create(call.builder, call.loc, *x, *weight, *bias, last, llvm::APFloat(*epsilon));
  ExprBuilder g(call.builder, call.loc);
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(rank - last, rank));
  aten::Moments m = aten::moments(call, g(call.cast(*x, aten::computeType(*x))), axes, *epsilon);
  return call.yield({y, call.cast(m.mean, call.resultElementType(1)), call.cast(m.inverse, call.resultElementType(2))});
}

/// Channels in groups, each normalised with all positions of its sample.
LogicalResult importGroupNorm(ImportCall &call) {
  auto x = call.tensor("input");
  auto weight = call.optionalTensor("weight"), bias = call.optionalTensor("bias");
  auto groups = call.integer(call.name == "aten.native_group_norm.default" ? "group" : "num_groups");
  auto epsilon = call.number("eps", 1e-5);
  if (failed(x) || failed(weight) || failed(bias) || failed(groups) || failed(epsilon))
    return failure();
  if (aten::rankOf(*x) < 2 || *groups < 1)
    return call.unsupported("expected an axis of channels, and groups");
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, *x);
  Expr value = g(call.cast(*x, aten::computeType(*x)));
  Expr grouped = g(aten::reshape(call, value, {sizes[0], b.getIndexAttr(*groups), b.getIndexAttr(-1)}));
  aten::Moments m = aten::moments(call, grouped, {2}, *epsilon);
  Expr y = g(aten::reshape(call, (grouped - m.mean) * m.inverse, sizes));
  if (*weight)
    y = y * aten::alongChannels(call, y, *weight);
  if (*bias)
    y = y + aten::alongChannels(call, y, *bias);
  SmallVector<Value> results = {call.cast(y, aten::typeOf(*x).getElementType())};
  if (call.resultTypes.size() == 3)
    for (auto [i, moment] : llvm::enumerate(ArrayRef<Expr>{m.mean, m.inverse}))
      results.push_back(call.cast(aten::reshape(call, moment, {sizes[0], b.getIndexAttr(*groups)}), call.resultElementType(i + 1)));
  return call.yield(results);
}

/// Each channel of each sample by its own moments, or by those that training left.
LogicalResult importInstanceNorm(ImportCall &call) {
  auto x = call.tensor("input");
  auto weight = call.optionalTensor("weight"), bias = call.optionalTensor("bias");
  auto mean = call.optionalTensor("running_mean"), variance = call.optionalTensor("running_var");
  auto usesInput = call.boolean("use_input_stats");
  auto momentum = call.number("momentum"), epsilon = call.number("eps", 1e-5);
  if (failed(x) || failed(weight) || failed(bias) || failed(mean) || failed(variance) || failed(usesInput) || failed(momentum) ||
      failed(epsilon))
    return failure();
  int64_t rank = aten::rankOf(*x);
  if (rank < 3 || (!*usesInput && (!*mean || !*variance)))
    return call.unsupported("expected axes of samples, channels and space, and statistics where the input's don't count");
  ExprBuilder g(call.builder, call.loc);
  Expr value = g(call.cast(*x, aten::computeType(*x)));
  auto alongChannels = [&](Value vector) { return aten::alongChannels(call, value, vector); };
  Expr y = value;
  if (*usesInput) {
    aten::Moments m = aten::moments(call, value, llvm::to_vector(llvm::seq<int64_t>(2, rank)), *epsilon);
    y = (value - m.mean) * m.inverse;
    // The running statistics get the mean over the samples of theirs.
    auto mix = [&](StringRef name, Value old, Expr fresh) {
      SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
      axes.erase(axes.begin() + 1);
      Expr mixed = g.cast(g(old), value.getType().getElementType()) * (1 - *momentum) + g.mean(fresh, axes, false) * *momentum;
      call.change(name, call.cast(mixed, aten::typeOf(old).getElementType()));
    };
    if (*mean)
      mix("running_mean", *mean, m.mean);
    if (*variance)
      mix("running_var", *variance, m.variance * (m.count / (m.count - 1.0))); // the unbiased one
  } else {
    y = (value - alongChannels(*mean)) * rsqrt(alongChannels(*variance) + *epsilon);
  }
  if (*weight)
    y = y * alongChannels(*weight);
  if (*bias)
    y = y + alongChannels(*bias);
  return call.yield(call.cast(y, aten::typeOf(*x).getElementType()));
}

LogicalResult importRmsNorm(ImportCall &call) {
  auto x = call.tensor("input");
  auto weight = call.optionalTensor("weight");
  auto shape = call.sizes("normalized_shape");
  if (failed(x) || failed(weight) || failed(shape))
    return failure();
  int64_t rank = aten::rankOf(*x), last = static_cast<int64_t>(shape->size());
  if (last < 1 || last > rank)
    return call.unsupported("expected 1 to " + Twine(rank) + " normalised sizes");
  ExprBuilder g(call.builder, call.loc);
  Expr value = g(call.cast(*x, aten::computeType(*x)));
  // Absent, it is the distance from 1 to the next number of the type that is computed in.
  auto epsilon = call.number("eps", value.getType().getElementType().isF64() ? 0x1p-52 : 0x1p-23);
  if (failed(epsilon))
    return failure();
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(rank - last, rank));
  Expr count = g(aten::countAlong(call, value, axes, value.getType().getElementType()));
  Expr y = value * rsqrt(g.sum(value * value, axes, true) / count + *epsilon);
  if (*weight)
    y = y * g.cast(g(*weight), value.getType().getElementType());
  return call.yield(call.cast(y, aten::typeOf(*x).getElementType()));
}
} // namespace

void graphopt::registerAtenNormRules(ImportRules &rules) {
  rules.aten({"native_layer_norm.default"}, importNativeLayerNorm);
  rules.aten({"group_norm.default", "native_group_norm.default"}, importGroupNorm);
  rules.aten({"instance_norm.default"}, importInstanceNorm);
  rules.aten({"rms_norm.default"}, importRmsNorm);
}
