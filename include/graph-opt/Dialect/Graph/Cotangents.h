//===- Cotangents.h - reverse mode over straight-line code ----------------===//
//
// Reverse-mode differentiation: a cotangent is the derivative of what is differentiated by a value, and ops hand those of their results on
// to their operands (Griewank and Walther, Evaluating Derivatives, 2nd edition, chapter 3).
//
//===----------------------------------------------------------------------===//
#pragma once
#include "mlir/IR/Builders.h"
#include "llvm/ADT/DenseMap.h"

#pragma GCC visibility push(default)
namespace graphopt {

/// Whether cotangents flow into a value: it is a tensor of a floating-point type.
bool hasCotangent(mlir::Value value);

/// The cotangents of values so far, built at a builder's insertion point.
class Cotangents {
public:
  explicit Cotangents(mlir::OpBuilder &b) : b(b) {}

  /// Adds to the cotangent of a value. Null adds nothing, and values that have none take nothing.
  void flowInto(mlir::Value value, mlir::Value cotangent);
  /// The sum of what has flown in; null if nothing has.
  mlir::Value lookup(mlir::Value value) const { return sums.lookup(value); }
  /// The same, and none from here on.
  mlir::Value take(mlir::Value value);
  /// Hands the cotangents of the op's results on to its operands. Emits an error on an op without a gradient that cotangents reach;
  /// through one that is marked NotDifferentiable none pass.
  mlir::LogicalResult reverse(mlir::Operation *op);

  mlir::OpBuilder &b;

private:
  llvm::DenseMap<mlir::Value, mlir::Value> sums;
};

} // namespace graphopt
#pragma GCC visibility pop
