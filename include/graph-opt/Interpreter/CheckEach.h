//===- CheckEach.h - judge every pass by its numbers ----------------------===//
#pragma once
#include "graph-opt/Interpreter/Compare.h"
#include "graph-opt/Interpreter/Interpreter.h"
#include "graph-opt/Interpreter/RandomInputs.h"
#include "mlir/Pass/PassManager.h"
#include <memory>
#include <string>

#pragma GCC visibility push(default)
namespace graphopt {

struct CheckEachOptions {
  RandomOptions inputs;
  Tolerances tolerances;
  EvalLimits limits;
};

struct CheckEachReport {
  bool numbersDiffer = false; ///< a pass changed the numbers: the error that says which has been emitted, of Failure::numbersDiffer
  int64_t comparisons = 0;    ///< passes that changed something, times functions whose results were compared
};

/// Evaluates the public functions of the module on random inputs before the first pass and after each that changes the IR, and emits an
/// error on the function whose results differ. Parameters that become arguments (graph.weight) keep their values. A function that the
/// interpreter can't run any more, from bufferisation on, is left out from there, with a remark. Turns the context's threads off.
std::shared_ptr<CheckEachReport> attachCheckEach(mlir::PassManager &manager, const CheckEachOptions &options = {});

} // namespace graphopt
#pragma GCC visibility pop
