//===- Failure.h - classes of failure, and the tools' exit codes ----------===//
//
// An error of a class of its own says so where it is emitted: `emitError(loc, Failure::limit) << ...`. The tools exit with the class of
// the first error; an error without a class is bad input.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "mlir/IR/Diagnostics.h"

#pragma GCC visibility push(default)
namespace graphopt {

/// The exit status of every tool.
enum class Failure {
  none = 0,
  badInput = 1,      ///< a file, or the IR in it, is wrong
  usage = 2,         ///< the command line is wrong
  unsupportedOp = 3, ///< an operator of the model that nothing here imports, lowers or evaluates
  numbersDiffer = 4, ///< a check of numbers failed
  limit = 5,         ///< a budget (depth, elements, time, memory) is exceeded
  internal = 70      ///< a defect of ours
};

/// Starts an error of the class.
mlir::InFlightDiagnostic emitError(mlir::Location loc, Failure failure);
/// Gives a diagnostic its class.
void setFailure(mlir::Diagnostic &diagnostic, Failure failure);
/// The class that an error was given; badInput where none was.
Failure getFailure(mlir::Diagnostic &diagnostic);

} // namespace graphopt
#pragma GCC visibility pop
