//===- Expr.cpp - graphs written as formulas ------------------------------===//
#include "graph-opt/Dialect/Graph/Expr.h"
#include "Graph/Shared/Loops.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/Cast.h"
#include "graph-opt/Dialect/Graph/Ops/Compare.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
#include "graph-opt/Dialect/Graph/Ops/Reduce.h"
#include "graph-opt/Dialect/Graph/Ops/Reshape.h"
#include "graph-opt/Dialect/Graph/Ops/Select.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

SmallVector<Expr> ExprBuilder::operator()(ValueRange values) {
  return llvm::map_to_vector(values, [&](Value value) { return Expr{this, value}; });
}

Expr ExprBuilder::number(double value, Type elementType) {
  auto type = RankedTensorType::get({}, elementType);
  Attribute element = isa<FloatType>(elementType) ? Attribute(b.getFloatAttr(elementType, value))
                                                  : b.getIntegerAttr(elementType, static_cast<int64_t>(value));
  return {this, ConstantOp::create(b, loc, type, DenseElementsAttr::get(type, element))};
}

Expr ExprBuilder::cast(Expr x, Type elementType) {
  if (x.getType().getElementType() == elementType)
    return x;
  return {this, CastOp::create(b, loc, x.value, TypeAttr::get(elementType))};
}

Expr ExprBuilder::sum(Expr x, ArrayRef<int64_t> axes, bool keepDims) {
  return {this, ReduceSumOp::create(b, loc, x.value, axes, keepDims)};
}
Expr ExprBuilder::prod(Expr x, ArrayRef<int64_t> axes, bool keepDims) {
  return {this, ReduceProdOp::create(b, loc, x.value, axes, keepDims)};
}

Expr ExprBuilder::mean(Expr x, ArrayRef<int64_t> axes, bool keepDims) {
  SmallVector<OpFoldResult> all = tensor::getMixedSizes(b, loc, x), sizes;
  for (int64_t axis : axes)
    sizes.push_back(all[axis]);
  Type element = x.getType().getElementType();
  Value count = elementCount(b, loc, sizes, element);
  // A constant stays one that the dialect knows.
  FloatAttr known;
  Expr divisor = matchPattern(count, m_Constant(&known))
                     ? number(known.getValueAsDouble(), element)
                     : Expr{this, tensor::FromElementsOp::create(b, loc, RankedTensorType::get({}, element), count)};
  return sum(x, axes, keepDims) / divisor;
}

Expr ExprBuilder::unsqueeze(Expr x, ArrayRef<int64_t> axes) {
  SmallVector<OpFoldResult> own = tensor::getMixedSizes(b, loc, x), sizes;
  int64_t rank = x.getType().getRank() + static_cast<int64_t>(axes.size());
  for (int64_t d = 0, source = 0; d < rank; ++d)
    sizes.push_back(llvm::is_contained(axes, d) ? OpFoldResult(b.getIndexAttr(1)) : own[source++]);
  return {this, ReshapeOp::create(b, loc, x.value, sizes)};
}

Expr ExprBuilder::broadcastLike(Expr x, Expr like) {
  return {this, BroadcastOp::create(b, loc, x.value, tensor::getMixedSizes(b, loc, like))};
}

Expr ExprBuilder::reduceMax(Expr x, ArrayRef<int64_t> axes, bool keepDims) {
  return {this, ReduceMaxOp::create(b, loc, x.value, axes, keepDims)};
}

namespace {
template <typename Op> Expr binary(Expr x, Expr y) { return {x.g, Op::create(x.g->b, x.g->loc, x.value, y.value)}; }
template <typename Op> Expr unary(Expr x) { return {x.g, Op::create(x.g->b, x.g->loc, x.value)}; }
} // namespace

namespace graphopt {
Expr numberLike(double value, Expr x) { return x.g->number(value, x.getType().getElementType()); }
Expr operator+(Expr x, Expr y) { return binary<AddOp>(x, y); }
Expr operator+(Expr x, double y) { return x + numberLike(y, x); }
Expr operator-(Expr x, Expr y) { return binary<SubOp>(x, y); }
Expr operator-(Expr x, double y) { return x - numberLike(y, x); }
Expr operator-(double x, Expr y) { return numberLike(x, y) - y; }
Expr operator-(Expr x) { return unary<NegOp>(x); }
Expr operator*(Expr x, Expr y) { return binary<MulOp>(x, y); }
Expr operator*(Expr x, double y) { return x * numberLike(y, x); }
Expr operator/(Expr x, Expr y) { return binary<DivOp>(x, y); }
Expr operator/(Expr x, double y) { return x / numberLike(y, x); }
Expr operator/(double x, Expr y) { return numberLike(x, y) / y; }
Expr operator>(Expr x, Expr y) { return binary<GtOp>(x, y); }
Expr operator>(Expr x, double y) { return x > numberLike(y, x); }
Expr operator<(Expr x, Expr y) { return binary<LtOp>(x, y); }
Expr operator<(Expr x, double y) { return x < numberLike(y, x); }
Expr operator==(Expr x, Expr y) { return binary<EqOp>(x, y); }
Expr operator==(Expr x, double y) { return x == numberLike(y, x); }
Expr select(Expr condition, Expr x, Expr y) { return {x.g, SelectOp::create(x.g->b, x.g->loc, condition.value, x.value, y.value)}; }
Expr exp(Expr x) { return unary<ExpOp>(x); }
Expr expm1(Expr x) { return unary<Expm1Op>(x); }
Expr log(Expr x) { return unary<LogOp>(x); }
Expr log1p(Expr x) { return unary<Log1pOp>(x); }
Expr sin(Expr x) { return unary<SinOp>(x); }
Expr cos(Expr x) { return unary<CosOp>(x); }
Expr sinh(Expr x) { return unary<SinhOp>(x); }
Expr cosh(Expr x) { return unary<CoshOp>(x); }
Expr tanh(Expr x) { return unary<TanhOp>(x); }
Expr erf(Expr x) { return unary<ErfOp>(x); }
Expr abs(Expr x) { return unary<AbsOp>(x); }
Expr sign(Expr x) { return unary<SignOp>(x); }
Expr sqrt(Expr x) { return unary<SqrtOp>(x); }
Expr rsqrt(Expr x) { return unary<RsqrtOp>(x); }
Expr trunc(Expr x) { return unary<TruncOp>(x); }
Expr floor(Expr x) { return unary<FloorOp>(x); }
Expr sigmoid(Expr x) { return unary<SigmoidOp>(x); }
Expr softplus(Expr x) { return unary<SoftplusOp>(x); }
Expr pow(Expr x, Expr y) { return binary<PowOp>(x, y); }
Expr max(Expr x, Expr y) { return binary<MaxOp>(x, y); }
Expr max(Expr x, double y) { return max(x, numberLike(y, x)); }
Expr min(Expr x, Expr y) { return binary<MinOp>(x, y); }
Expr isNan(Expr x) { return binary<NeOp>(x, x); }
} // namespace graphopt

SmallVector<Value> graphopt::unbroadcast(Operation *op, ArrayRef<Expr> cotangents) {
  SmallVector<Value> results;
  for (auto [operand, ct] : llvm::zip(op->getOperands(), cotangents)) {
    auto type = cast<RankedTensorType>(operand.getType());
    if (!ct.value || !isa<FloatType>(type.getElementType())) {
      results.push_back({});
      continue;
    }
    // Axes that the operand lacks disappear; those where it has size 1 are summed and kept.
    RankedTensorType full = ct.getType();
    int64_t extra = full.getRank() - type.getRank();
    SmallVector<int64_t> missing = llvm::to_vector(llvm::seq<int64_t>(0, extra)), stretched;
    for (int64_t d = 0; d < type.getRank(); ++d)
      if (type.getDimSize(d) == 1 && full.getDimSize(d + extra) != 1)
        stretched.push_back(d);
    Expr reduced = missing.empty() ? ct : ct.g->sum(ct, missing, /*keepDims=*/false);
    results.push_back(stretched.empty() ? reduced : ct.g->sum(reduced, stretched, /*keepDims=*/true));
  }
  return results;
}
