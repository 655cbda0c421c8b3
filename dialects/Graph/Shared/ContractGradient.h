//===- ContractGradient.h - what matmul, linear and contract share --------===//
#pragma once
#include "mlir/IR/Builders.h"

namespace graphopt {

/// The cotangents of a and b in `contract a, b batch aBatch x bBatch sum aAxes x bAxes`.
llvm::SmallVector<mlir::Value> contractGradient(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value a, mlir::Value b, mlir::Value ct,
                                                llvm::ArrayRef<int64_t> aBatch, llvm::ArrayRef<int64_t> bBatch,
                                                llvm::ArrayRef<int64_t> aAxes, llvm::ArrayRef<int64_t> bAxes);

/// What x is a `graph.transpose` of (of a transpose, and so on), and the axes renamed to its own; x and the same axes where x is none, or
/// where its other axes would change their order.
mlir::Value lookThroughTranspose(mlir::Value x, llvm::SmallVectorImpl<int64_t> &batch, llvm::SmallVectorImpl<int64_t> &axes);

/// matmul(a, b), as a `graph.contract` where an operand is a transpose that can be read in place.
mlir::Value buildMatmul(mlir::OpBuilder &b, mlir::Location loc, mlir::Value a, mlir::Value other);

} // namespace graphopt
