//===- Norm.cpp - normalisations ------------------------------------------===//
//
// Computed in f32 where the tensor is f16 or bf16, and rounded once at the end.
//
//===----------------------------------------------------------------------===//
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/BatchNorm.h"
#include "graph-opt/Dialect/Graph/Ops/LayerNorm.h"
#include "graph-opt/Dialect/Graph/Ops/Pool.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
Expr mean(ImportCall &call, Expr x, ArrayRef<int64_t> axes) {
  return x.g->sum(x, axes, true) / (*x.g)(aten::countAlong(call, x, axes, x.getType().getElementType()));
}
/// (x - mean) / sqrt(variance + epsilon) along axes.
Expr normalise(ImportCall &call, Expr x, ArrayRef<int64_t> axes, double epsilon) {
  aten::Moments m = aten::moments(call, x, axes, epsilon);
  return (x - m.mean) * m.inverse;
}
SmallVector<int64_t> axesFrom(int64_t first, int64_t rank) { return llvm::to_vector(llvm::seq<int64_t>(first, rank)); }

/// With the statistics of the batch itself. The running ones are returned as they are after it.
LogicalResult importTrainingNorm(ImportCall &call) {
  auto x = call.tensor("X"), scale = call.tensor("scale"), bias = call.tensor("B");
  auto average = call.tensor("input_mean"), variance = call.tensor("input_var");
  auto epsilon = call.number("epsilon"), momentum = call.number("momentum");
  if (failed(x) || failed(scale) || failed(bias) || failed(average) || failed(variance) || failed(epsilon) || failed(momentum))
    return failure();
  if (rankOf(*x) < 2)
    return call.unsupported("a tensor without an axis of channels");
  ExprBuilder g(call.builder, call.loc);
  Expr value = g(call.cast(*x, computeType(*x)));
  SmallVector<int64_t> axes = axesFrom(0, rankOf(*x));
  axes.erase(axes.begin() + 1);
  aten::Moments m = aten::moments(call, value, axes, *epsilon);
  auto mixed = [&](Value before, Expr now) -> Value {
    Expr vector = g(aten::reshape(call, now, sizesOf(call, before))), old = g.cast(g(before), vector.getType().getElementType());
    return call.cast(old * *momentum + vector * (1 - *momentum), elementOf(before));
  };
  Expr y = (value - m.mean) * m.inverse * alongChannels(call, value, *scale) + alongChannels(call, value, *bias);
  return call.yield({call.cast(y, elementOf(*x)), mixed(*average, m.mean), mixed(*variance, m.variance)});
}

/// With the statistics that training left.
LogicalResult importBatchNorm(ImportCall &call) {
  bool isOld = !call["mean"].isNone();
  auto x = call.tensor("X"), scale = call.tensor("scale"), bias = call.tensor("B");
  auto average = call.tensor(isOld ? "mean" : "input_mean"), variance = call.tensor(isOld ? "var" : "input_var");
  auto epsilon = call.number("epsilon");
  auto training = call.boolean("training_mode", false);
  if (failed(x) || failed(scale) || failed(bias) || failed(average) || failed(variance) || failed(epsilon) || failed(training))
    return failure();
  if (*training)
    return importTrainingNorm(call);
  if (asksForMore(call, 1))
    return call.unsupported("results other than the first, out of training");
  if (rankOf(*x) < 2)
    return call.unsupported("a tensor without an axis of channels");
  return call.yield(
      graph::BatchNormOp::create(call.builder, call.loc, *x, *average, *variance, *scale, *bias, llvm::APFloat(*epsilon)).getResult());
}

/// y, mean, 1 / deviation.
LogicalResult importLayerNorm(ImportCall &call) {
  auto x = call.tensor("X"), weight = call.tensor("Scale");
  auto bias = call.optionalTensor("B");
  auto epsilon = call.number("epsilon");
  auto stash = elementTypeArg(call, "stash_type");
  if (failed(x) || failed(weight) || failed(bias) || failed(epsilon) || failed(stash))
    return failure();
  int64_t rank = rankOf(*x);
  auto axis = call.axis("axis", rank);
  if (failed(axis))
    return failure();
  SmallVector<Value> results = {
      graph::LayerNormOp::create(call.builder, call.loc, *x, *weight, *bias, rank - *axis, llvm::APFloat(*epsilon))};
  if (asksForMore(call, 1)) {
    ExprBuilder g(call.builder, call.loc);
    aten::Moments m = aten::moments(call, g(call.cast(*x, *stash)), axesFrom(*axis, rank), *epsilon);
    results.append({m.mean, m.inverse});
  }
  return call.yield(results);
}

LogicalResult importInstanceNorm(ImportCall &call) {
  auto x = call.tensor("input"), scale = call.tensor("scale"), bias = call.tensor("B");
  auto epsilon = call.number("epsilon");
  if (failed(x) || failed(scale) || failed(bias) || failed(epsilon))
    return failure();
  if (rankOf(*x) < 3)
    return call.unsupported("a tensor without axes of space");
  ExprBuilder g(call.builder, call.loc);
  Expr value = g(call.cast(*x, computeType(*x)));
  Expr y =
      normalise(call, value, axesFrom(2, rankOf(*x)), *epsilon) * alongChannels(call, value, *scale) + alongChannels(call, value, *bias);
  return call.yield(call.cast(y, elementOf(*x)));
}

LogicalResult importGroupNorm(ImportCall &call) {
  auto x = call.tensor("X"), scale = call.tensor("scale"), bias = call.tensor("bias");
  auto groups = call.integer("num_groups");
  auto epsilon = call.number("epsilon");
  if (failed(x) || failed(scale) || failed(bias) || failed(groups) || failed(epsilon))
    return failure();
  if (rankOf(*x) < 2 || *groups < 1)
    return call.unsupported("expected an axis of channels, and groups");
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  SmallVector<OpFoldResult> sizes = sizesOf(call, *x);
  Expr grouped = g(aten::reshape(call, call.cast(*x, computeType(*x)), {sizes[0], b.getIndexAttr(*groups), b.getIndexAttr(-1)}));
  Expr y = normalise(call, grouped, {2}, *epsilon);
  if (!call.has("stash_type")) { // before opset 21 scale and bias are a group's
    auto ofGroup = [&](Value v) {
      return g.cast(g(aten::reshape(call, v, {b.getIndexAttr(*groups), b.getIndexAttr(1)})), y.getType().getElementType());
    };
    y = y * ofGroup(*scale) + ofGroup(*bias);
    return call.yield(call.cast(aten::reshape(call, y, sizes), elementOf(*x)));
  }
  y = g(aten::reshape(call, y, sizes));
  return call.yield(call.cast(y * alongChannels(call, y, *scale) + alongChannels(call, y, *bias), elementOf(*x)));
}

LogicalResult importRmsNorm(ImportCall &call) {
  auto x = call.tensor("X"), scale = call.tensor("scale");
  auto epsilon = call.number("epsilon");
  if (failed(x) || failed(scale) || failed(epsilon))
    return failure();
  auto axis = call.axis("axis", rankOf(*x));
  if (failed(axis))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Expr value = g(call.cast(*x, computeType(*x)));
  Expr y = value * rsqrt(mean(call, value * value, axesFrom(*axis, rankOf(*x))) + *epsilon);
  return call.yield(call.cast(y * g.cast(g(*scale), value.getType().getElementType()), elementOf(*x)));
}

LogicalResult importMeanVariance(ImportCall &call) {
  auto x = call.tensor("X");
  if (failed(x))
    return failure();
  auto axes = call.axes("axes", rankOf(*x));
  if (failed(axes))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Expr value = g(call.cast(*x, computeType(*x))), deviation = value - mean(call, value, *axes);
  Expr spread = mean(call, value * value, *axes) - mean(call, value, *axes) * mean(call, value, *axes);
  return call.yield(call.cast(deviation / (sqrt(spread) + 1e-9), elementOf(*x)));
}

LogicalResult importLpNorm(ImportCall &call) {
  auto x = call.tensor("input");
  auto p = call.integer("p");
  if (failed(x) || failed(p))
    return failure();
  auto axis = call.axis("axis", rankOf(*x));
  if (failed(axis) || (*p != 1 && *p != 2) || rankOf(*x) == 0)
    return failed(axis) ? failure() : call.unsupported("a norm other than 1 and 2, or a scalar");
  ExprBuilder g(call.builder, call.loc);
  Expr value = g(call.cast(*x, computeType(*x)));
  Expr norm = aten::norm(value, static_cast<double>(*p), {*axis}, /*keepDims=*/true);
  Expr y = select(norm == 0.0, numberLike(0, value), value / norm);
  return call.yield(call.cast(y, elementOf(*x)));
}

/// Divided by what the squares of the neighbouring channels add up to.
LogicalResult importLrn(ImportCall &call) {
  auto x = call.tensor("X");
  auto alpha = call.number("alpha"), beta = call.number("beta"), bias = call.number("bias");
  auto size = call.integer("size");
  if (failed(x) || failed(alpha) || failed(beta) || failed(bias) || failed(size))
    return failure();
  if (rankOf(*x) < 2 || *size < 1)
    return call.unsupported("expected an axis of channels, and a size");
  ExprBuilder g(call.builder, call.loc);
  Expr value = g(call.cast(*x, computeType(*x)));
  SmallVector<OpFoldResult> sizes = sizesOf(call, value);
  Value squares = asMatrix(call, value * value, 2); // [batch * channels, space]
  OpFoldResult all = call.builder.getIndexAttr(-1);
  squares = aten::reshape(call, squares, {sizes[0], sizes[1], all});
  SmallVector<int64_t> ones(2, 1), window = {*size, 1}, low = {(*size - 1) / 2, 0}, high = {*size / 2, 0};
  Value sums = graph::SumPoolOp::create(call.builder, call.loc, squares, window, ones, low, high, ones);
  Expr total = g(aten::reshape(call, sums, sizes)) * (*alpha / static_cast<double>(*size)) + *bias;
  return call.yield(call.cast(value / pow(total, g.number(*beta, value.getType().getElementType())), elementOf(*x)));
}
} // namespace

void graphopt::registerOnnxNormRules(ImportRules &rules) {
  rules.onnx({"BatchNormalization"}, importBatchNorm);
  rules.onnx({"InstanceNormalization"}, importInstanceNorm);
  rules.onnx({"LayerNormalization"}, importLayerNorm);
  rules.onnx({"GroupNormalization"}, importGroupNorm);
  rules.onnx({"RMSNormalization"}, importRmsNorm);
  rules.onnx({"MeanVarianceNormalization"}, importMeanVariance);
  rules.onnx({"LpNormalization"}, importLpNorm);
  rules.onnx({"LRN"}, importLrn);
}
