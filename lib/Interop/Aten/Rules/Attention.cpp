//===- Attention.cpp - attention as products and softmax ------------------===//
#include "Interop/Aten/Rules/Rules.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// softmax(q k^T scale + mask) v
LogicalResult importAttention(ImportCall &call) {
  auto query = call.tensor("query"), key = call.tensor("key"), value = call.tensor("value");
  auto mask = aten::optionalTensor(call, "attn_mask");
  auto dropout = aten::number(call, "dropout_p", 0);
  auto isCausal = aten::boolean(call, "is_causal", false), isGrouped = aten::boolean(call, "enable_gqa", false);
  if (failed(query) || failed(key) || failed(value) || failed(mask) || failed(dropout) || failed(isCausal) || failed(isGrouped))
    return failure();
  if (*dropout != 0)
    return call.unsupported("dropout in training draws random numbers; export the model in eval mode");
  if (*isGrouped)
    return call.unsupported("fewer heads of keys than of queries");
  RankedTensorType type = aten::typeOf(*query);
  int64_t rank = type.getRank();
  if (rank < 2 || aten::rankOf(*key) != rank || aten::rankOf(*value) < 2)
    return call.unsupported("expected matrices of queries, keys and values of one rank");
  if (!call.has("scale") && type.isDynamicDim(rank - 1))
    return call.unsupported("expected a static size of the queries, or a scale");
  auto scale = aten::number(call, "scale", 1 / std::sqrt(static_cast<double>(type.getDimSize(rank - 1))));
  if (failed(scale))
    return failure();

  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  SmallVector<int64_t> permutation = llvm::to_vector(llvm::seq<int64_t>(0, rank));
  std::swap(permutation[rank - 1], permutation[rank - 2]);
  Value keys = graph::TransposeOp::create(b, call.loc, *key, permutation);
  Expr scores = g(graph::MatmulOp::create(b, call.loc, *query, keys)) * *scale;
  Type element = scores.getType().getElementType();
  Expr zero = g.number(0, element), never = g.number(-std::numeric_limits<double>::infinity(), element);
  if (*mask) {
    Expr given = g(*mask);
    bool isBool = given.getType().getElementType().isInteger(1);
    scores = isBool ? select(given, scores, never) : scores + g.cast(given, element);
  }
  if (*isCausal) {
    SmallVector<OpFoldResult> rows = aten::sizesOf(call, *query), columns = aten::sizesOf(call, *key);
    Expr row = g(aten::positions(call, rows[rank - 2], 0, 2)), column = g(aten::positions(call, columns[rank - 2], 1, 2));
    scores = select(column > row, never, scores);
  }
  int64_t last = scores.getType().getRank() - 1;
  Expr weights = g(graph::SoftmaxOp::create(b, call.loc, scores, last));
  // A row in which everything is masked gives zeros, not NaN. A causal row always sees its first key.
  if (*mask)
    weights = select(g.reduceMax(scores, {last}, true) == never, zero, weights);
  return call.yield(graph::MatmulOp::create(b, call.loc, weights, *value).getResult());
}
} // namespace

void graphopt::registerAtenAttentionRules(ImportRules &rules) { rules.aten({"scaled_dot_product_attention.default"}, importAttention); }
