//===- Lifetimes.h ===//
#pragma once
#include "Placer.h"
#include "mlir/Dialect/Bufferization/Transforms/BufferViewFlowAnalysis.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
namespace graphopt::memory {

/// From where to where the buffers of a function are live, as points in the order of its text.
class Lifetimes {
public:
  explicit Lifetimes(mlir::func::FuncOp func);
  /// The points at which the buffer that `value` defines, or a view of it, is used.
  Interval of(mlir::Value value) const;
  /// True when the buffer, made anew in each iteration of a loop around it, is still seen in the next one or after it.
  bool escapesLoop(mlir::Value value) const;

private:
  struct Span {
    int64_t begin, end;
  };
  mlir::BufferViewFlowAnalysis aliases;
  llvm::DenseMap<mlir::Operation *, Span> spans;
};

} // namespace graphopt::memory
