//===- Sandbox.h - reads bytecode in a process of its own -----------------===//
#pragma once
#include "graph-opt/GraphError.h"
#include "graph-opt/Limits.h"
#include "mlir/IR/DialectRegistry.h"
#include "llvm/Support/MemoryBuffer.h"

namespace graphopt {

/// MLIR's bytecode reader trusts its input where LLVM is built without assertions. Parses and verifies `buffer` in a child process with
/// limits; fails where the child finds an error (which it has printed to `os`'s stream or returned) or dies.
llvm::Error readInSandbox(const llvm::MemoryBuffer &buffer, llvm::StringRef label, const mlir::DialectRegistry &registry,
                          const Limits &limits, bool allowUnregistered = false);

} // namespace graphopt
