//===- Train.h - graph-run --train ----------------------------------------===//
#pragma once
#include "Driver/RunReport.h"
#include "graph-opt/GraphOpt.h"

namespace graphopt {

/// Makes the model's step, runs it on the batches of the data, and writes what has been trained. Returns the exit code; errors have been
/// printed.
int trainModel(Module &module, const RunRequest &request, RunReport &report);

} // namespace graphopt
