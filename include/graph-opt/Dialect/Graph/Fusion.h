//===- Fusion.h - how a pass makes a graph.fusion -------------------------===//
#pragma once
#include "mlir/IR/Builders.h"

#pragma GCC visibility push(default)
namespace graphopt::graph {

/// Moves `members`, in program order, into a new fusion at the place of the last one, which alone has users outside of `members`. What
/// they read from outside becomes an operand, but for constants of one element, which are copied into the body.
mlir::Operation *createFusion(mlir::OpBuilder &b, llvm::ArrayRef<mlir::Operation *> members);

} // namespace graphopt::graph
#pragma GCC visibility pop
