//===- Matcher.h - tries a pattern at one place ---------------------------===//
#pragma once
#include "graph-opt/Rewrite/GraphPattern.h"
#include "llvm/ADT/SmallVector.h"

namespace graphopt {

/// Backtracks over the orders of commutative operands and over what further outputs may be.
class Matcher {
public:
  Matcher(const GraphPattern &pattern, const MatchOptions &options) : pattern(pattern), options(options) {}

  /// Whether the pattern is there with its first output on a result of `op`; the match, without its insertion point, is in `match` then.
  bool matchAt(mlir::Operation *op);
  /// Whether the steps ran out before everything had been tried.
  bool isOverBudget() const { return steps > options.maxSteps; }

  PatternMatch match;
  /// Why the attempt failed that came farthest: kept where `wantsReason` is set.
  std::string reason;
  bool wantsReason = false;

private:
  /// A value of the pattern that an operand, or an output, is to be.
  struct Goal {
    GraphPattern::Value wanted;
    mlir::Value value;
    PatternMatch::Use use;
  };
  using Goals = llvm::SmallVector<Goal>;

  bool solve(Goals goals);
  bool solveCapture(const Goal &goal, Goals rest);
  bool solveOp(const Goal &goal, Goals rest);
  bool solveNextOutput();
  bool finish();
  bool fail(const llvm::Twine &expected, mlir::Value got);
  bool fail(const llvm::Twine &why);

  const GraphPattern &pattern;
  const MatchOptions &options;
  unsigned steps = 0, depth = 0, deepest = 0;
};

/// Whether the value is a constant all of whose elements are `number`, rounded to their type.
bool isNumber(mlir::Value value, double number);

} // namespace graphopt
