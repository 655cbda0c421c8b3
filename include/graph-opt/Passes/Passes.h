//===- Passes.h - the constructors of all passes --------------------------===//
#pragma once
#include "mlir/Pass/Pass.h"
#pragma GCC visibility push(default)
namespace graphopt {
#include "graph-opt/Passes/PassDeclarations.h.inc"
/// Registers every pass and pipeline of the library with MLIR's global registry. Idempotent.
void registerPasses();
} // namespace graphopt
#pragma GCC visibility pop
