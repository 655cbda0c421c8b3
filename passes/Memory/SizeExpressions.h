//===- SizeExpressions.h ===//
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
namespace graphopt::memory {

/// Sizes of a function's buffers as expressions of the dynamic sizes of its arguments, so that they can be computed
/// at its entry, or in another function.
class SizeExpressions {
public:
  explicit SizeExpressions(mlir::func::FuncOp func) : func(func) {}

  /// (argument, dimension) of each dynamic size of the arguments that callers bring: no results, no arena.
  static llvm::SmallVector<std::pair<unsigned, unsigned>> dynamicSizes(mlir::func::FuncOp func);
  static int64_t elementBytes(mlir::Type type);

  /// Takes `value` for a size of an argument, instead of memref.dim.
  void bind(unsigned argument, unsigned dim, mlir::Value value) { bound[{argument, dim}] = value; }
  /// True when the size, or a constant that it never exceeds, can be computed at the entry.
  bool isKnownAtEntry(mlir::Value size);
  /// Builds the bytes of an alloc, rounded up.
  mlir::Value bytesOf(mlir::OpBuilder &builder, mlir::Operation *alloc, int64_t alignment);

private:
  bool isExact(mlir::Value size);
  mlir::Value build(mlir::OpBuilder &builder, mlir::Value size);

  mlir::func::FuncOp func;
  llvm::DenseMap<std::pair<unsigned, unsigned>, mlir::Value> bound;
  llvm::DenseMap<mlir::Value, mlir::Value> built;
  llvm::DenseMap<mlir::Value, bool> exact;
};

} // namespace graphopt::memory
