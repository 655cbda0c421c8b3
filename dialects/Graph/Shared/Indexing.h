//===- Indexing.h - positions that are read from a tensor -----------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Graph.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace graphopt {

/// Position i of `indices` in [0, size), size > 0: negative ones count from the end, then the nearest in range.
int64_t normalisedIndex(const TensorValue &indices, int64_t i, int64_t size);
/// The same on a scalar, as an index. `elementType` has its sign.
mlir::Value normalisedIndex(mlir::OpBuilder &b, mlir::Location loc, mlir::Value position, mlir::Type elementType, mlir::Value size);

/// The shape rule of numpy's take: x's sizes with those of indices in place of `axis`. (C1) axis in [0, rank).
llvm::LogicalResult inferGather(InferContext &context, mlir::Value x, mlir::Value indices, int64_t axis,
                                llvm::SmallVectorImpl<SymbolicType> &results);

/// numpy's take. A null value, with an error, where the result is over the budget.
TensorValue evaluateGather(EvalContext &context, mlir::Operation *op, const TensorValue &x, const TensorValue &indices, int64_t axis);

/// The bytes of an op that takes slices of its first operand: of that no more is read than is written.
Cost gatherCost(mlir::Operation *op, int64_t dynamicSize);

} // namespace graphopt
