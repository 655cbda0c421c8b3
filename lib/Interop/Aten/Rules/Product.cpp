//===- Product.cpp - sums of products beyond plain matrices ---------------===//
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Contract.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/Matmul.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// a[..., i] * b[..., j], for vectors.
Expr outer(ImportCall &call, ExprBuilder &g, Value a, Value b) { return g(aten::insertAxis(call, a, 1)) * g(aten::insertAxis(call, b, 0)); }

LogicalResult importOuter(ImportCall &call) {
  auto a = call.tensorOrNumber("self", call.resultElementType()), b = call.tensorOrNumber("vec2", call.resultElementType());
  if (failed(a) || failed(b))
    return failure();
  if (aten::rankOf(*a) != 1 || aten::rankOf(*b) != 1)
    return call.unsupported("expected vectors");
  ExprBuilder g(call.builder, call.loc);
  return call.yield(Value(outer(call, g, *a, *b)));
}

LogicalResult contract(ImportCall &call, Value a, Value b, ArrayRef<int64_t> aAxes, ArrayRef<int64_t> bAxes) {
  return call.yield(
      graph::ContractOp::create(call.builder, call.loc, a, b, ArrayRef<int64_t>(), ArrayRef<int64_t>(), aAxes, bAxes).getResult());
}

/// Sums over the last axis of both.
LogicalResult importInner(ImportCall &call) {
  auto a = call.tensor("self"), b = call.tensor("other");
  if (failed(a) || failed(b))
    return failure();
  if (aten::rankOf(*a) == 0 || aten::rankOf(*b) == 0)
    return call.yield(graph::MulOp::create(call.builder, call.loc, *a, *b).getResult());
  return contract(call, *a, *b, {aten::rankOf(*a) - 1}, {aten::rankOf(*b) - 1});
}

LogicalResult importTensorDot(ImportCall &call) {
  auto a = call.tensor("self"), b = call.tensor("other");
  auto aAxes = call.integers("dims_self"), bAxes = call.integers("dims_other");
  if (failed(a) || failed(b) || failed(aAxes) || failed(bAxes))
    return failure();
  for (auto [axes, x] : {std::pair(&*aAxes, *a), std::pair(&*bAxes, *b)})
    for (int64_t &axis : *axes) {
      axis += axis < 0 ? aten::rankOf(x) : 0;
      if (axis < 0 || axis >= aten::rankOf(x))
        return call.unsupported("expected axes of the tensors");
    }
  ExprBuilder g(call.builder, call.loc);
  for (auto [i, j] : llvm::zip(*aAxes, *bAxes)) { // an axis of size 1 stretches: the other's elements are summed
    int64_t m = aten::typeOf(*a).getDimSize(i), n = aten::typeOf(*b).getDimSize(j);
    if (m != n && m == 1)
      *b = g.sum(g(*b), {j}, /*keepDims=*/true);
    else if (m != n && n == 1)
      *a = g.sum(g(*a), {i}, /*keepDims=*/true);
  }
  return contract(call, *a, *b, *aAxes, *bAxes);
}

/// beta * self + alpha * the product; a beta of 0 ignores self, NaN included.
LogicalResult importAddProduct(ImportCall &call, llvm::function_ref<FailureOr<Expr>(ExprBuilder &)> product) {
  auto self = call.tensor("self");
  auto beta = call.number("beta", 1), alpha = call.number("alpha", 1);
  if (failed(self) || failed(beta) || failed(alpha))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  FailureOr<Expr> y = product(g);
  if (failed(y))
    return failure();
  if (*alpha != 1)
    y = *y * *alpha;
  if (*beta == 0)
    return call.yield(Value(*y));
  return call.yield(Value((*beta == 1 ? g(*self) : g(*self) * *beta) + *y));
}

/// Each element of a times all of b, side by side along each axis.
LogicalResult importKronecker(ImportCall &call) {
  auto a = call.tensorOrNumber("self", call.resultElementType()), b = call.tensorOrNumber("other", call.resultElementType());
  if (failed(a) || failed(b))
    return failure();
  int64_t rank = std::max(aten::rankOf(*a), aten::rankOf(*b));
  for (Value *x : {&*a, &*b})
    while (aten::rankOf(*x) < rank)
      *x = aten::insertAxis(call, *x, 0);
  SmallVector<OpFoldResult> aSizes = aten::sizesOf(call, *a), bSizes = aten::sizesOf(call, *b), joined;
  Value spread = *a, tile = *b;
  for (int64_t d = 0; d < rank; ++d) {
    spread = aten::insertAxis(call, spread, 2 * d + 1);
    tile = aten::insertAxis(call, tile, 2 * d);
    joined.push_back(aten::product(call, {aSizes[d], bSizes[d]}));
  }
  ExprBuilder g(call.builder, call.loc);
  return call.yield(aten::reshape(call, g(spread) * g(tile), joined));
}
} // namespace

void graphopt::registerAtenProductRules(ImportRules &rules) {
  rules.aten({"einsum.default"}, [](ImportCall &call) { return aten::importEinsum(call, "tensors"); });
  rules.aten({"outer.default", "ger.default"}, importOuter);
  rules.aten({"inner.default"}, importInner);
  rules.aten({"tensordot.default"}, importTensorDot);
  rules.aten({"kron.default"}, importKronecker);
  rules.aten({"vdot.default", "linalg_vecdot.default"}, [](ImportCall &call) -> LogicalResult {
    bool isDot = call.name == "aten.vdot.default";
    auto a = call.tensor(isDot ? "self" : "x"), b = call.tensor(isDot ? "other" : "y");
    if (failed(a) || failed(b))
      return failure();
    ExprBuilder g(call.builder, call.loc);
    Expr product = g(*a) * g(*b);
    auto axis = isDot ? FailureOr<int64_t>(0) : aten::axisOf(call, "dim", product);
    return failed(axis) ? failure() : call.yield(Value(g.sum(product, {*axis}, /*keepDims=*/false)));
  });
  rules.aten({"addr.default"}, [](ImportCall &call) {
    return importAddProduct(call, [&](ExprBuilder &g) -> FailureOr<Expr> {
      auto a = call.tensor("vec1"), b = call.tensor("vec2");
      return failed(a) || failed(b) ? FailureOr<Expr>(failure()) : outer(call, g, *a, *b);
    });
  });
  rules.aten({"addbmm.default"}, [](ImportCall &call) {
    return importAddProduct(call, [&](ExprBuilder &g) -> FailureOr<Expr> {
      auto a = call.tensor("batch1"), b = call.tensor("batch2");
      if (failed(a) || failed(b))
        return failure();
      return g.sum(g(graph::MatmulOp::create(g.b, g.loc, *a, *b)), {0}, /*keepDims=*/false);
    });
  });
}
