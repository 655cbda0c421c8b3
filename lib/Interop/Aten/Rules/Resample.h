//===- Resample.h - elements moved or mixed along an axis -----------------===//
//
// The steps of interpolation and of padding that ATen's operators share with ONNX's.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Expr.h"
#include "graph-opt/Interop/ImportRules.h"

namespace graphopt::aten {

/// A vector as [1, n, 1 ...] with n at `axis` of `rank`.
Expr along(ImportCall &call, Expr vector, int64_t axis, int64_t rank);
/// Keys' kernel at a distance in [0, 1], and in [1, 2].
Expr cubicNear(Expr distance, double a);
Expr cubicFar(Expr distance, double a);
/// The share of each of the four neighbours of a position `t` after the second: Keys' kernel with a = -0.75.
llvm::SmallVector<Expr> cubicShares(Expr t);
/// Element i of the result, along `axis`: the sum of shares[k][i] * x[first[i] + k], in the type of the shares. Where x ends, its last
/// element stands on.
Expr blendAlong(ImportCall &call, Expr x, int64_t axis, Expr first, llvm::ArrayRef<Expr> shares);
/// A size times a factor, rounded down.
llvm::FailureOr<mlir::OpFoldResult> scaledSize(const ImportCall &call, mlir::OpFoldResult size, double factor);

enum class PadMode { reflect, replicate, circular };
/// x with `low` elements before and `high` behind it along an axis, each the one of x that the mode names.
Expr padAlong(ImportCall &call, Expr x, int64_t axis, mlir::OpFoldResult low, mlir::OpFoldResult high, PadMode mode);

} // namespace graphopt::aten
