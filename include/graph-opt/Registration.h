//===- Registration.h - everything that the library registers -------------===//
#pragma once
#include "mlir/IR/DialectRegistry.h"
#pragma GCC visibility push(default)
namespace graphopt {
/// Our dialects, upstream's, and the interface models that join them: the interpreter's and bufferisation's.
void registerAllDialects(mlir::DialectRegistry &registry);
/// Our passes and pipelines, and upstream's.
void registerAllPasses();
} // namespace graphopt
#pragma GCC visibility pop
