//===- Onnx.cpp - ONNX models ---------------------------------------------===//
#include "Fuzz.h"

FUZZ_TARGET(data) {
  if (size < 4 || data[0] != 0x08) // else it is another format
    return 0;
  return look(graphopt::Module::load(MemoryFile(data, size).getPath()));
}
