//===- Fx.h - functions as torch.fx graphs --------------------------------===//
#pragma once
#include "graph-opt/Interpreter/TensorValue.h"
#include "mlir/IR/BuiltinOps.h"
#include <string>
#include <utility>
#include <vector>

#pragma GCC visibility push(default)
namespace graphopt {

struct FxExportOptions {
  /// The function that becomes the graph; the only public one where this is empty.
  std::string functionName;
  /// The name of the file that `load` of the Python file reads weights from, beside it.
  std::string weightsName;
};

/// A Python file, and the weights and constants that its graph reads, by the names of attributes.
struct FxProgram {
  std::string text;
  std::vector<std::pair<std::string, TensorValue>> weights;
};

/// Writes a function of a verified module as Python: `build(weights)` makes a torch.fx.GraphModule of calls of ATen operators. Ops that
/// have no ATen form are reported all at once. The module is left as it is, and the weights keep their storage.
llvm::FailureOr<FxProgram> exportFx(mlir::ModuleOp module, const FxExportOptions &options = {});

} // namespace graphopt
#pragma GCC visibility pop
