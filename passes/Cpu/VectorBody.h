//===- VectorBody.h ===//
#pragma once
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/IR/Builders.h"
namespace graphopt::cpu {
using namespace mlir;

/// Clones the body of a linalg op for `lanes` neighbouring iterations of one loop. A value that is the same in all
/// lanes stays a scalar; it becomes a vector where it meets one.
class VectorBody {
public:
  /// `loops` are the induction variables of the op's dimensions; lane l stands at loops[vectorDim] + l.
  VectorBody(OpBuilder &builder, Location loc, linalg::LinalgOp op, ArrayRef<Value> loops, int vectorDim, int64_t lanes)
      : builder(builder), loc(loc), op(op), loops(loops), vectorDim(vectorDim), lanes(lanes) {}

  void map(Value from, Value to) { values[from] = to; }
  /// Clones all ops up to the terminator and returns what is yielded.
  SmallVector<Value> clone();
  /// Clones one op with the operands mapped so far.
  void cloneOp(Operation *inner);
  Value lookup(Value value) const {
    auto it = values.find(value);
    return it == values.end() ? value : it->second;
  }
  Value broadcast(Value value);

  /// True when every op of the body can be cloned so; false sends the op to scalar loops.
  static bool supports(linalg::LinalgOp op);
  /// True when a lane that is computed and thrown away can do harm (division traps, loads out of bounds).
  static bool needsExactLanes(linalg::LinalgOp op);

private:
  void cloneIndex(linalg::IndexOp index);
  void cloneLoad(Operation *load);

  OpBuilder &builder;
  Location loc;
  linalg::LinalgOp op;
  ArrayRef<Value> loops;
  int vectorDim;
  int64_t lanes;
  DenseMap<Value, Value> values;
};

} // namespace graphopt::cpu
