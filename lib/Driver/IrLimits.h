//===- IrLimits.h - what IR from outside may hold -------------------------===//
#pragma once
#include "mlir/IR/Operation.h"

namespace graphopt {

/// Budgets of IR that was read from bytecode, where regions, attributes and types are shared by number: deep or large beyond measure, on
/// few bytes. Printers and passes recurse over them.
struct IrLimits {
  unsigned nesting = 512;
  unsigned rank = 64;
  uint64_t expanded = uint64_t(1) << 24; ///< parts of one attribute or type, each counted as often as it is used
};

/// Emits an error of class limit where the op, or what is in it, is over a budget. Does not recurse.
llvm::LogicalResult checkIr(mlir::Operation *top, const IrLimits &limits = {});

} // namespace graphopt
