//===- IndexMath.h - arithmetic on sizes and positions --------------------===//
#pragma once
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"
#include "mlir/IR/OpDefinition.h"

namespace graphopt {

/// Arithmetic on constants and values of type index. What is known is computed at once; the rest becomes arith ops.
class IndexMath {
public:
  IndexMath(mlir::OpBuilder &b, mlir::Location loc) : b(b), loc(loc) {}
  using Index = mlir::OpFoldResult;
  Index number(int64_t value) { return b.getIndexAttr(value); }
  Index add(Index x, Index y);
  Index sub(Index x, Index y);
  Index mul(Index x, Index y);
  Index max(Index x, Index y);
  Index min(Index x, Index y);
  /// x / y rounded up, for x >= 0 and y > 0.
  Index ceilDiv(Index x, int64_t y);
  /// A negative position counts from the end of an axis of `size`.
  Index fromEnd(Index position, Index size);
  mlir::Value value(Index x);
  /// A rank-0 tensor of i64: a `graph.constant` where x is known.
  mlir::Value tensor(Index x);

private:
  mlir::OpBuilder &b;
  mlir::Location loc;
};

} // namespace graphopt
