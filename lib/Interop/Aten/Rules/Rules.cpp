//===- Rules.cpp - what the families share --------------------------------===//
#include "Interop/Aten/Rules/Rules.h"
#include "Graph/Shared/IndexMath.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/Iota.h"
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "graph-opt/Dialect/Graph/Ops/Slice.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace graphopt;

void graphopt::registerAtenRules(ImportRules &rules) {
  registerAtenActivationRules(rules);
  registerAtenAdaptivePoolRules(rules);
  registerAtenArithmeticRules(rules);
  registerAtenAttentionRules(rules);
  registerAtenBackwardRules(rules);
  registerAtenBatchNormRules(rules);
  registerAtenConvolutionRules(rules);
  registerAtenCreationRules(rules);
  registerAtenCumulativeRules(rules);
  registerAtenDiagonalRules(rules);
  registerAtenDistanceRules(rules);
  registerAtenEmbeddingBagRules(rules);
  registerAtenFunctionRules(rules);
  registerAtenGridSampleRules(rules);
  registerAtenIdentityRules(rules);
  registerAtenIndexRules(rules);
  registerAtenLossRules(rules);
  registerAtenNormRules(rules);
  registerAtenNormTrainingRules(rules);
  registerAtenNumberRules(rules);
  registerAtenPartRules(rules);
  registerAtenPoolRules(rules);
  registerAtenProductRules(rules);
  registerAtenRandomRules(rules);
  registerAtenRecurrentRules(rules);
  registerAtenReductionRules(rules);
  registerAtenRefusals(rules);
  registerAtenResampleRules(rules);
  registerAtenScatterRules(rules);
  registerAtenSearchRules(rules);
  registerAtenShapeRules(rules);
  registerAtenSortRules(rules);
  registerAtenUnfoldRules(rules);
  registerAtenUniqueRules(rules);
}

FailureOr<int64_t> aten::axisOf(const ImportCall &call, StringRef arg, Value x) {
  FailureOr<int64_t> axis = call.axis(arg, rankOf(x));
  if (succeeded(axis) && rankOf(x) == 0)
    return call.unsupported("a scalar has no axis");
  return axis;
}

FailureOr<aten::Line> aten::readLine(const ImportCall &call) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  auto axis = call.has("dim") ? call.axis("dim", rankOf(*x)) : FailureOr<int64_t>(0);
  if (failed(axis))
    return failure();
  bool isScalar = rankOf(*x) == 0;
  return Line{isScalar ? insertAxis(call, *x, 0) : *x, *axis, isScalar};
}

OpFoldResult aten::product(const ImportCall &call, ArrayRef<OpFoldResult> sizes) {
  OpBuilder &b = call.builder;
  Value result = arith::ConstantIndexOp::create(b, call.loc, 1);
  for (OpFoldResult size : sizes)
    result = b.createOrFold<arith::MulIOp>(call.loc, result, getValueOrCreateConstantIndexOp(b, call.loc, size));
  return getAsOpFoldResult(result);
}

SmallVector<OpFoldResult> aten::sizesOf(const ImportCall &call, Value x) { return tensor::getMixedSizes(call.builder, call.loc, x); }

Value aten::full(const ImportCall &call, Value scalar, ArrayRef<OpFoldResult> sizes) {
  return sizes.empty() ? scalar : graph::BroadcastOp::create(call.builder, call.loc, scalar, sizes).getResult();
}

Value aten::reshape(const ImportCall &call, Value x, ArrayRef<OpFoldResult> sizes) {
  return graph::ReshapeOp::create(call.builder, call.loc, x, sizes);
}

Value aten::part(const ImportCall &call, Value x, int64_t axis, OpFoldResult start, OpFoldResult size) {
  SmallVector<OpFoldResult> sizes = sizesOf(call, x), starts(sizes.size(), call.builder.getIndexAttr(0));
  starts[axis] = start;
  sizes[axis] = size;
  return graph::SliceOp::create(call.builder, call.loc, x, starts, sizes, SmallVector<int64_t>(sizes.size(), 1));
}

/// [1, a, 1, b] stretched to [n, a, m, b] and joined.
Value aten::repeat(const ImportCall &call, Value x, ArrayRef<OpFoldResult> sizes, ArrayRef<OpFoldResult> repeats) {
  SmallVector<OpFoldResult> split, stretched, joined;
  for (auto [size, count] : llvm::zip_equal(sizes, repeats)) {
    split.append({call.builder.getIndexAttr(1), size});
    stretched.append({count, size});
    joined.push_back(product(call, {count, size}));
  }
  Value y = graph::BroadcastOp::create(call.builder, call.loc, reshape(call, x, split), stretched);
  return reshape(call, y, joined);
}

Expr aten::alongChannels(const ImportCall &call, Expr like, Value vector) {
  SmallVector<OpFoldResult> sizes(like.getType().getRank(), call.builder.getIndexAttr(1));
  sizes[1] = rankOf(vector) == 1 ? sizesOf(call, vector)[0] : OpFoldResult(call.builder.getIndexAttr(-1));
  return like.g->cast((*like.g)(reshape(call, vector, sizes)), like.getType().getElementType());
}

Value aten::insertAxis(const ImportCall &call, Value x, int64_t axis) {
  SmallVector<OpFoldResult> sizes = sizesOf(call, x);
  sizes.insert(sizes.begin() + axis, call.builder.getIndexAttr(1));
  return reshape(call, x, sizes);
}

Value aten::positions(const ImportCall &call, OpFoldResult size, int64_t axis, int64_t rank) {
  SmallVector<OpFoldResult> sizes(rank, call.builder.getIndexAttr(1));
  sizes[axis] = size;
  return graph::IotaOp::create(call.builder, call.loc, call.builder.getI64Type(), sizes, axis);
}

Expr aten::sizeAsTensor(ImportCall &call, ExprBuilder &g, OpFoldResult size) { return g(IndexMath(call.builder, call.loc).tensor(size)); }

Expr aten::fromEnd(ImportCall &call, Expr positions, OpFoldResult size) {
  ExprBuilder &g = *positions.g;
  return select(positions < g.number(0, call.builder.getI64Type()), positions + sizeAsTensor(call, g, size), positions);
}

Expr aten::root(Expr square) {
  Expr isZero = square == 0.0;
  return select(isZero, square, sqrt(select(isZero, numberLike(1, square), square)));
}

Expr aten::powerNorm(Expr x, double p, llvm::function_ref<Expr(Expr)> sum) {
  if (p == 1)
    return sum(abs(x));
  if (p == 2)
    return root(sum(x * x));
  // Where there is nothing to raise, the slope is 0 as well, and not infinite.
  auto raise = [](Expr base, double exponent) {
    Expr isZero = base == 0.0, zero = numberLike(0, base);
    return select(isZero, zero, pow(select(isZero, numberLike(1, base), base), numberLike(exponent, base)));
  };
  return raise(sum(p < 1 ? raise(abs(x), p) : pow(abs(x), numberLike(p, x))), 1 / p);
}

Expr aten::norm(Expr x, double p, ArrayRef<int64_t> axes, bool keepDims) {
  ExprBuilder &g = *x.g;
  if (p == 0)
    return g.sum(select(x == 0.0, numberLike(0, x), numberLike(1, x)), axes, keepDims);
  if (p == std::numeric_limits<double>::infinity())
    return max(g.reduceMax(abs(x), axes, keepDims), 0);
  return powerNorm(x, p, [&](Expr power) { return g.sum(power, axes, keepDims); });
}

Value aten::countAlong(const ImportCall &call, Value x, ArrayRef<int64_t> axes, Type elementType) {
  OpBuilder &b = call.builder;
  Value product = arith::ConstantIndexOp::create(b, call.loc, 1);
  for (int64_t axis : axes)
    product = b.createOrFold<arith::MulIOp>(call.loc, product, b.createOrFold<tensor::DimOp>(call.loc, x, axis));
  ImportCall count(b, call.loc, call.name);
  std::optional<int64_t> constant = getConstantIntValue(product);
  count.args.push_back({"count", constant ? ImportArg{*constant} : ImportArg{product}});
  return *count.tensorOrNumber("count", elementType);
}
