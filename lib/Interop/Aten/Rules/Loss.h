//===- Loss.h - losses of log probabilities by classes --------------------===//
//
// What the losses of ATen and of ONNX share.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Expr.h"
#include "graph-opt/Interop/ImportRules.h"
#include <optional>

namespace graphopt::aten {

enum class LossReduction { none, mean, sum };

/// The loss of each sample and its weight, of the shape of the classes.
struct Judged {
  Expr loss, weights;
};

/// Log probabilities [n, c, ...] (or [c]) judged by classes [n, ...], with a weight for each class (or null) and a class that does not
/// count.
llvm::FailureOr<Judged> judge(ImportCall &call, Expr logs, mlir::Value classes, mlir::Value weight, std::optional<int64_t> ignored);

/// A loss, reduced, and the weight of all samples: the mean is over the weights, not over the samples.
struct WeightedLoss {
  Expr loss, total;
};
WeightedLoss reduceJudged(const Judged &judged, LossReduction reduction);

} // namespace graphopt::aten
