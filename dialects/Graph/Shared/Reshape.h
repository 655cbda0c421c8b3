//===- Reshape.h - shapes that change while the elements stay -------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Shape.h"

namespace graphopt {

/// Stands for a size that follows from the others, in a list of sizes.
inline constexpr int64_t inferredSize = -1;

/// tensor.expand_shape that gives the result size 1 at `axes` (positions in the result, growing).
mlir::Value insertUnitDims(mlir::OpBuilder &b, mlir::Location loc, mlir::Value tensor, llvm::ArrayRef<int64_t> axes);

/// `tensor` with the sizes of `sizes`, by collapse_shape and expand_shape. Groups of axes stay apart where the sizes show that they can,
/// so that loops over them fuse with their neighbours.
mlir::Value reshapeTo(mlir::OpBuilder &b, mlir::Location loc, mlir::Value tensor, llvm::ArrayRef<mlir::OpFoldResult> sizes);

/// The quotient of two products of sizes, or null where it is not an expression.
mlir::AffineExpr divideProducts(llvm::ArrayRef<mlir::AffineExpr> dividend, llvm::ArrayRef<mlir::AffineExpr> divisor,
                                mlir::MLIRContext *context);

} // namespace graphopt
