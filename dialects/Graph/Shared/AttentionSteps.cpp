//===- AttentionSteps.cpp - from the scores of attention to its weights ---===//
#include "Graph/Shared/AttentionSteps.h"
#include "graph-opt/Dialect/Graph/Ops/Iota.h"
#include "graph-opt/Dialect/Graph/Ops/Softmax.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

static Expr never(Expr like) { return like.g->number(-std::numeric_limits<double>::infinity(), like.getType().getElementType()); }

Expr graphopt::maskScores(Expr scores, Value query, Value key, Value mask, bool causal) {
  ExprBuilder &g = *scores.g;
  if (causal) {
    auto positions = [&](Value of, int64_t axis) {
      SmallVector<OpFoldResult> sizes(2, g.b.getIndexAttr(1));
      sizes[axis] = tensor::getMixedSize(g.b, g.loc, of, cast<RankedTensorType>(of.getType()).getRank() - 2);
      return g(IotaOp::create(g.b, g.loc, g.b.getI64Type(), sizes, axis));
    };
    scores = select(positions(key, 1) > positions(query, 0), never(scores), scores);
  }
  if (!mask)
    return scores;
  bool isChoice = getElementTypeOrSelf(mask.getType()).isInteger(1);
  return isChoice ? select(g(mask), scores, never(scores)) : scores + g.cast(g(mask), scores.getType().getElementType());
}

/// Which lines have nothing but -infinity.
static Expr isEmpty(Expr x, int64_t axis) { return x.g->reduceMax(x, {axis}, /*keepDims=*/true) == never(x); }

static Expr softmax(Expr x, int64_t axis) { return (*x.g)(SoftmaxOp::create(x.g->b, x.g->loc, x, axis)); }

Expr graphopt::safeSoftmax(Expr x, int64_t axis) { return select(isEmpty(x, axis), numberLike(0, x), softmax(x, axis)); }

Expr graphopt::attentionWeights(Expr scores, bool safe, bool finite) {
  int64_t last = scores.getType().getRank() - 1;
  if (!safe)
    return softmax(scores, last);
  if (!finite)
    return safeSoftmax(scores, last);
  Expr empty = isEmpty(scores, last), zero = numberLike(0, scores);
  return select(empty, zero, softmax(select(empty, zero, scores), last));
}
