//===- NormTraining.cpp - normalisations as graphs of training state them -===//
//
// Computed in f32 where the tensor is f16 or bf16, and rounded once at the end.
//
//===----------------------------------------------------------------------===//
#include "Interop/Aten/Rules/Rules.h"

using namespace mlir;
using namespace graphopt;

namespace {
Expr computed(ExprBuilder &g, Value x) { return g.cast(g(x), aten::computeType(x)); }

SmallVector<int64_t> axesBetween(int64_t first, int64_t end) { return llvm::to_vector(llvm::seq<int64_t>(first, end)); }

/// The cotangent of x from that of `(x - mean) * inverse`, whose mean and deviation are those of x along the axes.
Expr normGradient(ImportCall &call, Expr ct, Expr normal, Expr inverse, ArrayRef<int64_t> axes) {
  ExprBuilder &g = *ct.g;
  Expr count = g(aten::countAlong(call, ct, axes, ct.getType().getElementType()));
  Expr mean = g.sum(ct, axes, /*keepDims=*/true) / count, slope = g.sum(ct * normal, axes, /*keepDims=*/true) / count;
  return (ct - mean - normal * slope) * inverse;
}

/// The wanted ones of the cotangents of x, weight and bias.
LogicalResult yieldWanted(ImportCall &call, ArrayRef<int64_t> mask, ArrayRef<Expr> cotangents, Value x) {
  SmallVector<Value> wanted(cotangents.size());
  for (auto [i, cotangent] : llvm::enumerate(cotangents))
    if (i < mask.size() && mask[i])
      wanted[i] = call.cast(cotangent, aten::typeOf(x).getElementType());
  return call.yield(wanted);
}

LogicalResult importLayerNormBackward(ImportCall &call) {
  auto ct = call.tensor("grad_out"), x = call.tensor("input"), mean = call.tensor("mean"), inverse = call.tensor("rstd");
  auto weight = call.optionalTensor("weight");
  auto shape = call.sizes("normalized_shape");
  auto mask = call.integers("output_mask");
  if (failed(ct) || failed(x) || failed(mean) || failed(inverse) || failed(weight) || failed(shape) || failed(mask))
    return failure();
  int64_t rank = aten::rankOf(*x), first = rank - static_cast<int64_t>(shape->size());
  if (first < 0)
    return call.unsupported("expected at most " + Twine(rank) + " normalised sizes");
  ExprBuilder g(call.builder, call.loc);
  Expr cotangent = computed(g, *ct), deviation = computed(g, *inverse);
  Expr normal = (computed(g, *x) - computed(g, *mean)) * deviation;
  Expr inner = *weight ? cotangent * computed(g, *weight) : cotangent;
  Expr ofX = normGradient(call, inner, normal, deviation, axesBetween(first, rank));
  SmallVector<int64_t> outer = axesBetween(0, first);
  return yieldWanted(call, *mask, {ofX, g.sum(cotangent * normal, outer, false), g.sum(cotangent, outer, false)}, *x);
}

LogicalResult importGroupNormBackward(ImportCall &call) {
  auto ct = call.tensor("grad_out"), x = call.tensor("input"), mean = call.tensor("mean"), inverse = call.tensor("rstd");
  auto weight = call.optionalTensor("weight");
  auto groups = call.integer("group");
  auto samples = call.size("N"), channels = call.size("C");
  auto mask = call.integers("output_mask");
  if (failed(ct) || failed(x) || failed(mean) || failed(inverse) || failed(weight) || failed(groups) || failed(samples) ||
      failed(channels) || failed(mask))
    return failure();
  std::optional<int64_t> count = getConstantIntValue(*channels);
  if (!count || *groups < 1 || *count % *groups != 0)
    return call.unsupported("expected a static number of channels in even groups");
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  // [samples, groups, channels of a group, space]
  OpFoldResult one = b.getIndexAttr(1), group = b.getIndexAttr(*groups), part = b.getIndexAttr(*count / *groups), rest = b.getIndexAttr(-1);
  auto grouped = [&](Value of, ArrayRef<OpFoldResult> sizes) { return g(aten::reshape(call, computed(g, of), sizes)); };
  Expr cotangent = grouped(*ct, {*samples, group, part, rest}), deviation = grouped(*inverse, {*samples, group, one, one});
  Expr normal = (grouped(*x, {*samples, group, part, rest}) - grouped(*mean, {*samples, group, one, one})) * deviation;
  Expr inner = *weight ? cotangent * grouped(*weight, {one, group, part, one}) : cotangent;
  Expr ofX = g(aten::reshape(call, normGradient(call, inner, normal, deviation, {2, 3}), aten::sizesOf(call, *x)));
  auto ofChannels = [&](Expr of) { return g(aten::reshape(call, g.sum(of, {0, 3}, false), *channels)); };
  return yieldWanted(call, *mask, {ofX, ofChannels(cotangent * normal), ofChannels(cotangent)}, *x);
}

} // namespace

void graphopt::registerAtenNormTrainingRules(ImportRules &rules) {
  rules.aten({"native_layer_norm_backward.default"}, importLayerNormBackward);
  rules.aten({"native_group_norm_backward.default"}, importGroupNormBackward);
}
