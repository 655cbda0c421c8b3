//===- Sandbox.h - reads bytecode in a process of its own -----------------===//
#pragma once
#include "graph-opt/GraphError.h"
#include "mlir/IR/DialectRegistry.h"
#include "llvm/Support/MemoryBuffer.h"

namespace graphopt {

struct SandboxLimits {
  uint64_t memoryBytes = uint64_t(4) << 30; ///< beside 16 times the file's size
  unsigned cpuSeconds = 10;                 ///< beside one for each megabyte
};

/// MLIR's bytecode reader trusts its input where LLVM is built without assertions. Parses and verifies `buffer` in a child process with
/// limits; fails where the child finds an error (which it has printed to `os`'s stream or returned) or dies.
llvm::Error readInSandbox(const llvm::MemoryBuffer &buffer, llvm::StringRef label, const mlir::DialectRegistry &registry,
                          bool allowUnregistered = false, const SandboxLimits &limits = {});

} // namespace graphopt
