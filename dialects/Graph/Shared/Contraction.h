//===- Contraction.h - sums of products of two tensors --------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Interpreter/Interpreter.h"

namespace graphopt {

/// Which loop each axis of an operand runs along. The loops [0, resultRank) are the result's axes; the products are summed over the rest.
struct Contraction {
  /// Of an axis of size 1 that is stretched.
  static constexpr int64_t stretched = -1;
  llvm::SmallVector<int64_t> lhs, rhs;
  int64_t loops = 0, resultRank = 0;
};

/// Sums in f64 (floats) or wrapping 64-bit integers. `bias`, if any, is added along the result's last axis. A null value, with an error on
/// `op`, where sizes contradict each other.
TensorValue evaluateContraction(EvalContext &context, mlir::Operation *op, const Contraction &c, const TensorValue &lhs,
                                const TensorValue &rhs, const TensorValue *bias = nullptr);

/// One linalg.generic with c's loops in order, in the form that linalg knows as a contraction; f16 and bf16 accumulate in f32 and are
/// rounded once, after it. `elementType` has its sign; dynamic sizes of `type` are taken from the operands.
mlir::Value lowerContraction(mlir::OpBuilder &b, mlir::Location loc, const Contraction &c, mlir::Value lhs, mlir::Value rhs,
                             mlir::Type elementType, mlir::RankedTensorType type);

/// Products and sums: two operations for each step of the innermost loop.
Cost contractionCost(mlir::Operation *op, const Contraction &c, int64_t dynamicSize);

} // namespace graphopt
