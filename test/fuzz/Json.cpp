//===- Json.cpp - modules as JSON -----------------------------------------===//
#include "Fuzz.h"

FUZZ_TARGET(data) {
  llvm::StringRef text(reinterpret_cast<const char *>(data), size);
  return text.ltrim().starts_with("{\"") ? look(graphopt::Module::parse(text)) : 0;
}
