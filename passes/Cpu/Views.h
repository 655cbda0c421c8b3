//===- Views.h - ops whose result lies in their operand's memory ------------===//
#pragma once
#include "mlir/Dialect/Tensor/IR/Tensor.h"

namespace graphopt::cpu {

/// Whether bufferisation makes the result of an op on tensors a view of its first operand, and copies nothing.
inline bool isView(mlir::Operation *op) {
  return mlir::isa<mlir::tensor::CastOp, mlir::tensor::CollapseShapeOp, mlir::tensor::ExpandShapeOp, mlir::tensor::ExtractSliceOp>(op);
}

} // namespace graphopt::cpu
