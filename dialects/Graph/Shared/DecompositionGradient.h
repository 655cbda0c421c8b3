//===- DecompositionGradient.h - gradients of composite ops ---------------===//
#pragma once
#include "mlir/IR/Builders.h"

namespace graphopt {

/// GradientOpInterface::buildGradient by reverse mode over what `decompose` builds, for ops whose own formula would be no shorter and no
/// more exact. A value that is several operands of the op has the sum of their cotangents at the first of them, and null at the others.
llvm::FailureOr<llvm::SmallVector<mlir::Value>>
gradientOfDecomposition(mlir::Operation *op, mlir::OpBuilder &b, mlir::ValueRange cotangents,
                        llvm::function_ref<llvm::FailureOr<llvm::SmallVector<mlir::Value>>(mlir::OpBuilder &)> decompose);

} // namespace graphopt
