//===- Views.h - operators whose results share storage --------------------===//
#pragma once
#include "graph-opt/Interop/ImportRules.h"

namespace graphopt {

/// Whether the result of an operator has the storage of its first argument.
enum class Sharing {
  never,
  always,
  ifContiguous, ///< a copy where the strides don't fit
  ifSameType,   ///< a copy where the element type changes, or where it is asked for
  ifEvaluating  ///< dropout
};
/// `op` without its overload: "slice".
Sharing sharingOf(llvm::StringRef op);
/// How what a view holds after a change goes back into what it is a view of.
enum class Inverse {
  sameOrder,   ///< the same elements in the same order
  scatter,     ///< by the operator that ATen has for it, as slice_scatter
  part,        ///< the view is one of several parts, or has a place of its own along an axis
  itself,      ///< by the view's own operator
  permutation, ///< by the inverse permutation
  none,        ///< elements would have two values, or nobody follows the axes
};
Inverse inverseOf(llvm::StringRef op);

/// How a view was made: the operator's overload and its arguments, of which the first is what it is a view of.
struct ViewStep {
  std::string overload; ///< "slice.Tensor"
  llvm::SmallVector<std::pair<std::string, ImportArg>> args;
  size_t index = 0; ///< which of the results it is
  llvm::SmallVector<mlir::Type> results;
};
/// What the source of a view becomes when the view becomes `value`. `sourceName` is for messages.
llvm::FailureOr<mlir::Value> writeBack(ImportCall &call, const ImportRules &rules, const ViewStep &view, llvm::StringRef sourceName,
                                       mlir::Value source, mlir::Value value);

} // namespace graphopt
