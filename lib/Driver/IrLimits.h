//===- IrLimits.h - what IR from outside may hold -------------------------===//
#pragma once
#include "graph-opt/Limits.h"
#include "mlir/IR/Operation.h"

namespace graphopt {

/// Emits an error of class limit where the op, or what is in it, is over a budget. For IR that was read from bytecode, where regions,
/// attributes and types are shared by number: deep or large beyond measure, on few bytes, and printers and passes recurse over them. Does
/// not recurse.
llvm::LogicalResult checkIr(mlir::Operation *top, const Limits &limits);

} // namespace graphopt
