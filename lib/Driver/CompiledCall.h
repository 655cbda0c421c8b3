//===- CompiledCall.h - calls of compiled code, without its wrapper -------===//
#pragma once
#include "graph-opt/Execution/CompiledFunction.h"

namespace graphopt {

/// A call of a compiled function on arguments that it has taken once, with results allocated ahead: what a benchmark repeats.
class CompiledCall {
public:
  CompiledCall(const CompiledFunction &function, llvm::ArrayRef<TensorValue> arguments, llvm::ArrayRef<TensorValue> results);
  CompiledCall(const CompiledCall &) = delete;

  /// Runs it, and overwrites the results; those that the call allocates are freed. Returns a status of Runtime.h.
  int32_t call();
  /// The bytes of the arena of this call; -1 if the function refuses to say.
  int64_t getArenaBytes();
  /// The bytes of the weights that the function reads.
  int64_t getWeightBytes() const;

private:
  CompiledFunction function;
  llvm::SmallVector<TensorValue> arguments, results;
  std::vector<llvm::SmallVector<int64_t, 4>> sizes;
  llvm::SmallVector<go_tensor> in, out;
  llvm::SmallVector<go_tensor *> allocated; ///< results whose sizes depend on data
};

} // namespace graphopt
