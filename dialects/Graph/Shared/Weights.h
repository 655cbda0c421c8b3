//===- Weights.h - what is known before a model runs ----------------------===//
#pragma once
#include "mlir/IR/Value.h"

namespace graphopt {

/// Whether a value follows from parameters and constants alone, by few ops: folding computes it, and compiled code does so once, when it
/// loads the weights.
bool isWeight(mlir::Value value);

} // namespace graphopt
