//===- AttentionSteps.h - from the scores of attention to its weights -----===//
#pragma once
#include "graph-opt/Dialect/Graph/Expr.h"

namespace graphopt {

/// Scores [..., n, s] of query [..., n, d] and key [..., s, d] with -infinity where a row may not look: with `causal` behind the key of its
/// own number, and where a mask of i1 is false. A mask of numbers is added; it may be null.
Expr maskScores(Expr scores, mlir::Value query, mlir::Value key, mlir::Value mask, bool causal);

/// softmax along an axis, but zeros, and not NaN, where all of a line is -infinity.
Expr safeSoftmax(Expr x, int64_t axis);

/// softmax along the last axis. With `safe`, rows whose scores are all -infinity have zeros, and not NaN; with `finite`, no NaN arises on
/// the way either, which would flow back through what is not chosen.
Expr attentionWeights(Expr scores, bool safe, bool finite);

} // namespace graphopt
