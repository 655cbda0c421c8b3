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

/// The shape rule of updates that are put to slices of x along `axis`: x's. (C1) as of a gather, (C2) one element type of x and updates,
/// (C3) updates have the sizes that a gather would give.
llvm::LogicalResult inferScatter(InferContext &context, mlir::Value x, mlir::Value indices, mlir::Value updates, int64_t axis,
                                 llvm::SmallVectorImpl<SymbolicType> &results);

/// (C3) on values, whose sizes are all known; an error of `op` otherwise.
llvm::LogicalResult checkUpdates(mlir::Operation *op, const TensorValue &x, const TensorValue &indices, const TensorValue &updates,
                                 int64_t axis);

/// `into` with each update at its element, one after the other in row-major order: two updates of one element must not meet. `combine`
/// makes the new element of the update and of the place in the tensor as it is then. `indexType` has the indices' sign. Nothing is put
/// along an axis without elements.
using Combine = llvm::function_ref<mlir::Value(mlir::OpBuilder &b, mlir::Location loc, mlir::Value update, mlir::Value into,
                                               mlir::ValueRange position)>;
mlir::Value buildScatter(mlir::OpBuilder &b, mlir::Location loc, mlir::Value into, mlir::Value indices, mlir::Type indexType,
                         mlir::Value updates, int64_t axis, Combine combine);

/// `body()` where the axis has elements, else `other`. A branch only where its size is not known.
mlir::Value guardEmpty(mlir::OpBuilder &b, mlir::Location loc, mlir::Value size, mlir::Value other,
                       llvm::function_ref<mlir::Value(mlir::OpBuilder &)> body);

/// x backwards along axes.
mlir::Value reversed(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x, llvm::ArrayRef<int64_t> axes);

/// All elements in row-major order, and back to the shape of another tensor.
mlir::Value flatten(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x);
mlir::Value unflatten(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x, mlir::Value like);
/// The positions of `x[..., index[...], ...]`, index along `axis`, among all elements of x in row-major order: along the other axes an
/// index's own position counts. Of an index and an x of one rank.
mlir::Value linearPositions(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x, mlir::Value index, int64_t axis);
/// x[..., index[...], ...], element by element.
mlir::Value gatherAlong(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x, mlir::Value index, int64_t axis);
/// x with updates of the shape of index at those elements, by an op as `graph.scatter`.
template <typename Op>
mlir::Value scatterAlong(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x, mlir::Value index, mlir::Value updates, int64_t axis) {
  mlir::Value flat = flatten(b, loc, x), y = Op::create(b, loc, flat, linearPositions(b, loc, x, index, axis), updates, int64_t(0));
  return unflatten(b, loc, y, x);
}

/// numpy's take. A null value, with an error, where the result is over the budget.
TensorValue evaluateGather(EvalContext &context, mlir::Operation *op, const TensorValue &x, const TensorValue &indices, int64_t axis);

/// The bytes of an op that takes slices of its first operand: of that no more is read than is written.
Cost gatherCost(mlir::Operation *op, int64_t dynamicSize);

} // namespace graphopt
