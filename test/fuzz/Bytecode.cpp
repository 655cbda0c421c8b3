//===- Bytecode.cpp - MLIR bytecode, by way of the process with limits ----===//
#include "Fuzz.h"

FUZZ_TARGET(data) {
  if (!llvm::StringRef(reinterpret_cast<const char *>(data), size).starts_with("ML\xefR"))
    return 0;
  return look(graphopt::Module::load(MemoryFile(data, size).getPath()));
}
