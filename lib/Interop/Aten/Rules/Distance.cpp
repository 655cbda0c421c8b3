//===- Distance.cpp - how far rows lie from each other --------------------===//
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// Of the last axis.
Expr distance(Expr difference, double p, bool keepDims = false) {
  return aten::norm(difference, p, {difference.getType().getRank() - 1}, keepDims);
}

/// Each row of x1 against each row of x2.
LogicalResult importAllDistances(ImportCall &call) {
  auto a = call.tensor("x1"), b = call.tensor("x2");
  auto p = call.number("p");
  if (failed(a) || failed(b) || failed(p))
    return failure();
  if (aten::rankOf(*a) < 2 || aten::rankOf(*b) < 2)
    return call.unsupported("expected matrices");
  ExprBuilder g(call.builder, call.loc);
  Expr rows = g(aten::insertAxis(call, *a, aten::rankOf(*a) - 1)), columns = g(aten::insertAxis(call, *b, aten::rankOf(*b) - 2));
  return call.yield(Value(distance(rows - columns, *p)));
}

/// Each row against all behind it.
LogicalResult importPairDistances(ImportCall &call) {
  auto x = call.tensor("self");
  auto p = call.number("p", 2);
  if (failed(x) || failed(p))
    return failure();
  int64_t n = aten::typeOf(*x).getRank() == 2 ? aten::typeOf(*x).getDimSize(0) : ShapedType::kDynamic;
  if (ShapedType::isDynamic(n) || n > (1 << 12))
    return call.unsupported("expected a matrix of a static number of rows, 4096 at most");
  SmallVector<int64_t> first, second;
  for (int64_t i = 0; i < n; ++i)
    for (int64_t j = i + 1; j < n; ++j)
      first.push_back(i), second.push_back(j);
  ExprBuilder g(call.builder, call.loc);
  auto rows = [&](ArrayRef<int64_t> ids) {
    auto type = RankedTensorType::get({static_cast<int64_t>(ids.size())}, call.builder.getI64Type());
    Value which = graph::ConstantOp::create(g.b, g.loc, type, DenseElementsAttr::get(type, ids));
    return g(graph::GatherOp::create(g.b, g.loc, *x, which, int64_t(0)));
  };
  return call.yield(Value(distance(rows(first) - rows(second), *p)));
}

LogicalResult importPairwise(ImportCall &call) {
  auto a = call.tensor("x1"), b = call.tensor("x2");
  auto p = call.number("p", 2), epsilon = call.number("eps", 1e-6);
  auto keep = call.boolean("keepdim", false);
  if (failed(a) || failed(b) || failed(p) || failed(epsilon) || failed(keep))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  return call.yield(Value(distance(g(*a) - g(*b) + *epsilon, *p, *keep)));
}

/// The product of two vectors over that of their lengths, each at least eps.
LogicalResult importCosine(ImportCall &call) {
  auto a = call.tensorOrNumber("x1", call.resultElementType()), b = call.tensorOrNumber("x2", call.resultElementType());
  auto epsilon = call.number("eps", 1e-8);
  if (failed(a) || failed(b) || failed(epsilon))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Expr product = g(*a) * g(*b);
  auto axis = aten::axisOf(call, "dim", product);
  if (failed(axis))
    return failure();
  auto normal = [&](Value value) {
    Expr x = g.broadcastLike(g(value), product), length = aten::root(g.sum(x * x, {*axis}, /*keepDims=*/true));
    return x / max(length, *epsilon);
  };
  return call.yield(Value(g.sum(normal(*a) * normal(*b), {*axis}, /*keepDims=*/false)));
}
} // namespace

void graphopt::registerAtenDistanceRules(ImportRules &rules) {
  rules.aten({"_cdist_forward.default", "cdist.default"}, importAllDistances);
  rules.aten({"_pdist_forward.default", "pdist.default"}, importPairDistances);
  rules.aten({"pairwise_distance.default"}, importPairwise);
  rules.aten({"cosine_similarity.default"}, importCosine);
}
