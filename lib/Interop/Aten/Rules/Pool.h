//===- Pool.h - windows that slide over a tensor --------------------------===//
//
// What the pools of ATen and of ONNX share.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Expr.h"
#include "graph-opt/Interop/ImportRules.h"

namespace graphopt::aten {

/// Windows over the last axes of a tensor: the lists have one number for each of them.
struct SlidingWindows {
  llvm::SmallVector<int64_t> window, strides, low, high, dilations;
  llvm::SmallVector<int64_t> extra = {}; ///< more padding behind, that counts for nothing: where the number of windows is rounded up

  template <typename Op> Op pool(ImportCall &call, mlir::Value x) const {
    llvm::SmallVector<int64_t> behind = high;
    for (auto [amount, more] : llvm::zip(behind, extra))
      amount += more;
    return Op::create(call.builder, call.loc, x, window, strides, low, behind, dilations);
  }
};

/// Rounds the number of windows up: to the last one that starts in x or in front of it.
llvm::LogicalResult roundUp(ImportCall &call, mlir::RankedTensorType x, SlidingWindows &windows);
/// How many elements each window over x meets, as a tensor that broadcasts to the pool's; with what pads x if that counts.
mlir::Value countElements(ImportCall &call, mlir::Value x, const SlidingWindows &windows, bool countsPadding);

/// The sum of what all windows have of each element of a space: x is [batch ..., channels * window, windows].
llvm::FailureOr<mlir::Value> foldColumns(ImportCall &call, mlir::Value x, const SlidingWindows &lists, llvm::ArrayRef<int64_t> space);

} // namespace graphopt::aten
