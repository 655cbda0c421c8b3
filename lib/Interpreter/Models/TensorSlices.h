//===- TensorSlices.h - boxes inside of tensors ---------------------------===//
#pragma once
#include "graph-opt/Interpreter/TensorValue.h"
#include "mlir/Interfaces/ViewLikeInterface.h"

namespace graphopt {

struct Slice {
  llvm::SmallVector<int64_t> offsets, sizes, strides;
};

/// The slice that an op names, its dynamic parts looked up.
Slice getSlice(mlir::OffsetSizeAndStrideOpInterface op, llvm::function_ref<TensorValue(mlir::Value)> lookup);
/// Emits an error on `op` where the slice leaves the shape.
llvm::LogicalResult checkSlice(mlir::Operation *op, llvm::ArrayRef<int64_t> shape, const Slice &slice);
/// Writes `source`, whose unit dimensions may be dropped, into the slice of `target`, which is not shared.
llvm::LogicalResult insertSlice(mlir::Operation *op, const TensorValue &source, TensorValue &target, const Slice &slice);

} // namespace graphopt
