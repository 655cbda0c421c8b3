//===- Pt2.cpp - archives of torch.export ---------------------------------===//
#include "Fuzz.h"

FUZZ_TARGET(data) {
  if (!llvm::StringRef(reinterpret_cast<const char *>(data), size).starts_with("PK"))
    return 0;
  return look(graphopt::Module::load(MemoryFile(data, size).getPath()));
}
