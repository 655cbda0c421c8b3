//===- MatmulForm.h - which linalg ops are matrix products ----------------===//
#pragma once
#include "mlir/Dialect/Linalg/IR/Linalg.h"
namespace graphopt::cpu {
using namespace mlir;

/// The dimensions of a matrix product C[..., m, n] += A[..., m, k] * B[..., k, n] in floating point. A may be read through windows, as
/// convolutions do: then the sum runs over several dimensions.
struct MatmulForm {
  unsigned m, n, k;
  SmallVector<unsigned> outer;     ///< all other parallel dimensions
  SmallVector<unsigned> outerSums; ///< the dimensions of the sum around k
  OpOperand *lhs, *rhs, *init; ///< A, B, C
  AffineMap lhsMap, rhsMap, initMap;
  int64_t packed = 0; ///< columns of a panel of B, 0 if B is not packed: its last indices are (n floordiv p, ..., n mod p)

  /// True when B's columns are neighbours in memory as far as the indices tell.
  bool columnsContiguous() const;
};

/// The body is `acc + a * b` on one float type, f32 or f64.
bool isMultiplyAdd(linalg::GenericOp op);

/// Reads the form off an op; failure if the op is something else. A missing row or column dimension is something else too.
FailureOr<MatmulForm> matchMatmul(linalg::GenericOp op);

/// The fill that gives an op on memrefs its start, if nothing can see or change the memory in between.
linalg::FillOp startOf(linalg::GenericOp op);

} // namespace graphopt::cpu
