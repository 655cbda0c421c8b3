//===- Recurrent.h - recurrences as loops over time -----------------------===//
//
// What depends on no step before is computed for all steps at once; the loop holds the rest. Outputs gather in a tensor that it carries.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "Interop/Aten/Rules/Rules.h"
#include "llvm/ADT/STLFunctionalExtras.h"

namespace graphopt::aten {

/// What one step makes.
struct Step {
  llvm::SmallVector<Expr> states; ///< for the next one
  Expr output;
};
/// What all steps have made.
struct Walk {
  mlir::Value outputs;                   ///< [time, ...]
  llvm::SmallVector<mlir::Value> states; ///< after the last step
};
/// A step from its time, as an index, the lines of the sequences at that time, and the states that the step before left.
using StepFunction = llvm::function_ref<Step(mlir::Value time, llvm::ArrayRef<Expr> lines, llvm::ArrayRef<Expr> states)>;
/// Walks along the first axis of sequences, which have one length, from its end if `backwards`. Each step's output is of the sizes `line`.
Walk walkTime(const ImportCall &call, llvm::ArrayRef<mlir::Value> sequences, llvm::ArrayRef<mlir::Value> start,
              llvm::ArrayRef<mlir::OpFoldResult> line, bool backwards, StepFunction step);

/// Part `index` of `count` equal parts of the last axis, whose size is static.
Expr gate(Expr x, int64_t index, int64_t count);
/// Entry `index` of an axis, which the result lacks.
mlir::Value entry(const ImportCall &call, mlir::Value x, mlir::OpFoldResult index, int64_t axis = 0);
/// Along `axis`; a single value is itself.
mlir::Value concatenate(const ImportCall &call, llvm::ArrayRef<mlir::Value> values, int64_t axis);

} // namespace graphopt::aten
