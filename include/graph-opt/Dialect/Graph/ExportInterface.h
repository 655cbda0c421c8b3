//===- ExportInterface.h - how ops leave for other systems ----------------===//
#pragma once
#include "mlir/IR/OpDefinition.h"

namespace graphopt {
class ExportRules;
} // namespace graphopt

#pragma GCC visibility push(default)
#include "graph-opt/Dialect/Graph/ExportInterface.h.inc"
#pragma GCC visibility pop
