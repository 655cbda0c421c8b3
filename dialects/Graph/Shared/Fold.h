//===- Fold.h - folds that rows share -------------------------------------===//
#pragma once
#include "mlir/IR/OpDefinition.h"

namespace graphopt {

/// The operand that leaves the other one as it is, exactly: of floating-point numbers `zero` is +0 and `minusZero` -0, of integers both
/// are 0.
enum class Neutral { zero, minusZero, one, allBits };

/// The first operand where the second is constant and neutral, or the other way round where `commutative`. The result must have the
/// operand's type. Null if it does not fold.
mlir::OpFoldResult foldNeutral(mlir::Operation *op, llvm::ArrayRef<mlir::Attribute> operands, Neutral neutral, bool commutative);
/// f(x, x) = x.
mlir::OpFoldResult foldEqualOperands(mlir::Operation *op);
/// f(f(x)) = x.
mlir::OpFoldResult foldInvolution(mlir::Operation *op);
/// f(f(x)) = f(x).
mlir::OpFoldResult foldIdempotent(mlir::Operation *op);

} // namespace graphopt
