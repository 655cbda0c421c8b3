//===- Header.h - the C header of a compiled function ----------------------===//
#pragma once
#include "Execution/Jit/Signature.h"

namespace graphopt::execution {

/// The C header: names, dtypes and sizes of inputs, results and weights, the functions, and a program that calls them and includes `file`.
std::string writeHeader(const Signature &signature, llvm::StringRef file, bool carriesWeights);

} // namespace graphopt::execution
