//===- RandomInputs.h - inputs from a seed --------------------------------===//
#pragma once
#include "graph-opt/Interpreter/TensorValue.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringMap.h"

#pragma GCC visibility push(default)
namespace graphopt {

struct RandomOptions {
  uint64_t seed = 0;
  /// Sizes by their name in `graph.symbols`; each must be in the symbol's range.
  llvm::StringMap<int64_t> dims;
  /// The size of a named dimension that `dims` lacks, at least the symbol's lower bound, and of one without a name.
  int64_t defaultDim = 2;
};

/// The static shape of each argument: named sizes are the same throughout. Emits an error where a name in `options.dims` is not one of
/// the function's symbols or a size is out of its range.
llvm::FailureOr<llvm::SmallVector<llvm::SmallVector<int64_t>>> chooseShapes(mlir::FunctionOpInterface function,
                                                                            const RandomOptions &options);

/// Inputs for every argument, the same for the same seed on every machine: floats N(0, 1), bools fair, integers that index something
/// (IndexingOpInterface) in its bounds, others in [-8, 8], unsigned ones in [0, 8]. What is a mask by its use is 0 or 1: it becomes i1, or
/// is multiplied with a constant at the end of the type's range, so that other values would make everything infinite or NaN. Argument i
/// depends on the seed, i, its type, and its use only.
llvm::FailureOr<llvm::SmallVector<TensorValue>> randomInputs(mlir::FunctionOpInterface function, const RandomOptions &options = {});

} // namespace graphopt
#pragma GCC visibility pop
