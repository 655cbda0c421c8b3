//===- KnownElements.h - small tensors that stand for sizes ---------------===//
//
// In ONNX, shapes, axes and positions are tensors. Those whose elements are known while the model is imported, as numbers or as values
// computed from sizes, are read element by element; ops on them give such tensors again.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "mlir/IR/Builders.h"
#include "mlir/IR/OpDefinition.h"
#include <optional>

namespace graphopt {

/// The elements of a tensor, row-major: attributes where they are numbers, else scalar values. Nothing where they are not known, or where
/// there are more than `limit`.
std::optional<llvm::SmallVector<mlir::OpFoldResult>> knownElements(mlir::Value tensor, int64_t limit = 1024);
/// The elements of a tensor of at most rank 1 and few integers as the model runs; nothing where their number is not known.
std::optional<llvm::SmallVector<mlir::OpFoldResult>> extractElements(mlir::OpBuilder &b, mlir::Location loc, mlir::Value tensor);
/// An integer or truth value that is known as a number.
std::optional<int64_t> knownInteger(mlir::OpFoldResult element);
std::optional<double> knownNumber(mlir::OpFoldResult element);
/// A number as a size. That by which MLIR means "dynamic", the least of all, becomes the next one.
mlir::IntegerAttr sizeAttr(mlir::OpBuilder &b, int64_t number);
/// A scalar as a size: numbers stay numbers, and a size that was cast to an integer is the size itself.
mlir::OpFoldResult asIndex(mlir::OpBuilder &b, mlir::Location loc, mlir::OpFoldResult element);
/// A tensor of the elements: a constant if all are numbers, else tensor.from_elements.
mlir::Value fromElements(mlir::OpBuilder &b, mlir::Location loc, llvm::ArrayRef<mlir::OpFoldResult> elements, mlir::RankedTensorType type);

/// Replaces an op by its known results, if its operands are known: it is evaluated where they are numbers; elements that are values are
/// moved by ops that only move elements, and computed on by elementwise ops. Returns whether the op is gone.
bool foldKnown(mlir::OpBuilder &b, mlir::Operation *op);
/// The same for all ops between `last` (null for the start of the block) and the insertion point. `values`, which may have null ones,
/// become what they are replaced by.
void foldKnownAfter(mlir::OpBuilder &b, mlir::Operation *last, llvm::MutableArrayRef<mlir::Value> values);

} // namespace graphopt
