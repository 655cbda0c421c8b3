//===- Reduction.h - what reductions along axes share ---------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Dialect/Graph/Total.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"

namespace graphopt {

enum class ReductionKind { sum, prod, max, min };

/// The type that `evaluate` accumulates in: f64 for floats, 64-bit integers that wrap when stored.
template <typename T> using Accumulator = std::conditional_t<std::is_same_v<ComputeType<T>, float>, double, ComputeType<T>>;

template <typename A> A combineValues(ReductionKind kind, A a, A b) {
  switch (kind) {
  case ReductionKind::sum:
    return total::add(a, b);
  case ReductionKind::prod:
    return total::mul(a, b);
  case ReductionKind::max:
    return total::max(a, b);
  case ReductionKind::min:
    return total::min(a, b);
  }
  return a;
}

/// The shape rule: (C1) each axis in [0, rank), growing.
llvm::LogicalResult inferReduction(InferContext &context, mlir::Value x, llvm::ArrayRef<int64_t> axes, bool keepDims,
                                   llvm::SmallVectorImpl<SymbolicType> &results);

TensorValue evaluateReduction(const TensorValue &x, llvm::ArrayRef<int64_t> axes, bool keepDims, ReductionKind kind);

/// A linalg.generic over the unreduced shape, and an expand_shape for kept axes. `op` gives the operand's element type with its sign.
llvm::FailureOr<llvm::SmallVector<mlir::Value>> lowerReduction(mlir::OpBuilder &b, mlir::Operation *op, mlir::Value x,
                                                               llvm::ArrayRef<int64_t> axes, bool keepDims, ReductionKind kind);

/// The value of a reduction over no elements, in the compute type of `elementType`.
mlir::Value reductionIdentity(ScalarBuilder &s, mlir::Type elementType, ReductionKind kind);
mlir::Value combine(ScalarBuilder &s, ReductionKind kind, mlir::Value a, mlir::Value b);

/// The sizes of `x` without `axes`, or with 1 in their place.
llvm::SmallVector<int64_t> reducedShape(llvm::ArrayRef<int64_t> shape, llvm::ArrayRef<int64_t> axes, bool keepDims);

} // namespace graphopt
