//===- Signature.h - names of sizes and results ---------------------------===//
#pragma once
#include "llvm/ADT/StringRef.h"
#include <optional>
#include <string>
#include <vector>

namespace graphopt {

/// The name of a printed sympy expression that is one symbol, "Symbol('s60', positive=True, integer=True)" or "s60". The text is only
/// compared, never evaluated.
std::optional<std::string> bareSymbol(llvm::StringRef expression);

/// Names for the leaves of a pytree: the path of dict keys and positions, "encoder.0"; "out<i>" for leaf i where no dict has named it.
/// Empty where the text is not a treespec of version 1.
std::vector<std::string> outputNames(llvm::StringRef treespec);

} // namespace graphopt
