//===- ContractGradient.h - what matmul, linear and contract share --------===//
#pragma once
#include "mlir/IR/Builders.h"

namespace graphopt {

/// The cotangents of a and b in `contract a, b batch aBatch x bBatch sum aAxes x bAxes`.
llvm::SmallVector<mlir::Value> contractGradient(mlir::OpBuilder &builder, mlir::Location loc, mlir::Value a, mlir::Value b, mlir::Value ct,
                                                llvm::ArrayRef<int64_t> aBatch, llvm::ArrayRef<int64_t> bBatch,
                                                llvm::ArrayRef<int64_t> aAxes, llvm::ArrayRef<int64_t> bAxes);

/// The operand of a `graph.transpose` x, and the axes renamed to its own; x and the same axes where x is none, or where its other axes
/// would change their order.
mlir::Value lookThroughTranspose(mlir::Value x, llvm::SmallVectorImpl<int64_t> &batch, llvm::SmallVectorImpl<int64_t> &axes);

} // namespace graphopt
