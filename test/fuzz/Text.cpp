//===- Text.cpp - MLIR text -----------------------------------------------===//
#include "Fuzz.h"

FUZZ_TARGET(data) {
  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  return text.starts_with("ML\xefR") ? 0 : look(graphopt::Module::parse(text));
}
