//===- Gradient.h - the gradient of one op, for tests ---------------------===//
#pragma once
#include "graph-opt/GraphOpt.h"
#include <string>
#include <vector>

namespace graphopt::python {

/// Adds a function `<name>_gradient` for a function that returns the results of one op: its arguments are the function's, then a
/// cotangent for each result; its results are the cotangents of the arguments whose numbers are returned, which are those that the op
/// gives one for.
llvm::Expected<std::vector<int64_t>> addGradient(Module &module, const std::string &name);

} // namespace graphopt::python
