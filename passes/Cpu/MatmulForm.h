//===- MatmulForm.h - which linalg ops are matrix products ----------------===//
#pragma once
#include "mlir/Dialect/Linalg/IR/Linalg.h"
namespace graphopt::cpu {
using namespace mlir;

/// The dimensions of a matrix product C[..., m, n] += A[..., m, k] * B[..., k, n] in floating point.
struct MatmulForm {
  unsigned m, n, k;
  SmallVector<unsigned> outer; ///< all other dimensions, parallel ones
  OpOperand *lhs, *rhs, *init; ///< A, B, C
  AffineMap lhsMap, rhsMap, initMap;
  int64_t packed = 0; ///< columns of a panel of B, 0 if B is not packed: its last indices are (n floordiv p, ..., n mod p)

  /// True when B's columns are neighbours in memory as far as the indices tell.
  bool columnsContiguous() const;
};

/// Reads the form off an op; failure if the op is something else. A missing row or column dimension is something else too.
FailureOr<MatmulForm> matchMatmul(linalg::GenericOp op);

/// The fill that gives an op on memrefs its start, if nothing can see or change the memory in between.
linalg::FillOp startOf(linalg::GenericOp op);

} // namespace graphopt::cpu
