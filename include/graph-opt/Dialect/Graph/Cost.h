//===- Cost.h - what an op costs, and how it fuses ------------------------===//
#pragma once
#include "mlir/IR/Operation.h"

#pragma GCC visibility push(default)
namespace graphopt {

struct Cost {
  int64_t flops = 0; ///< arithmetic operations; saturates
  int64_t bytes = 0; ///< read and written, each operand and result once; saturates
};

/// `flopsPerElement` for each element of the first result; all operands read and results written once.
Cost defaultCost(mlir::Operation *op, int64_t dynamicSize, int64_t flopsPerElement);
/// The elements of a tensor type, a dynamic size counted as `dynamicSize`; saturates.
int64_t countElements(mlir::Type type, int64_t dynamicSize);

/// How an op may take part in a fusion.
enum class FusionKind {
  none,        ///< stays alone
  elementwise, ///< one loop over the result; fuses with producers and consumers
  view,        ///< moves elements only (broadcast, transpose, slice): may be computed inside a consumer's loop
  rowwise,     ///< reductions along the last axis and elementwise work on the rest of the row: softmax, norms
  reduction,   ///< elementwise producers fold into it; its consumers don't
  contraction  ///< matmul-like: elementwise consumers fold into it as its epilogue
};
/// Elementwise for ScalarBodyOpInterface, else none.
FusionKind defaultFusionKind(mlir::Operation *op);

} // namespace graphopt
#pragma GCC visibility pop
