//===- SymbolUses.h - which symbols a module mentions, in one walk --------===//
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/MapVector.h"

namespace graphopt {

/// The uses of symbols in a module: direct calls apart from all other mentions.
struct SymbolUses {
  /// Walks the module once. Builds no attribute dictionaries, which would stay in the context.
  explicit SymbolUses(mlir::ModuleOp module);

  /// The direct calls of each function, in program order.
  llvm::MapVector<mlir::StringAttr, llvm::SmallVector<mlir::func::CallOp>> calls;
  /// Names that something other than a direct call mentions; `graph.weight` of an argument counts.
  llvm::DenseSet<mlir::StringAttr> mentioned;
};

/// Whether the op may go when nobody uses its results, calls aside.
bool isDroppable(mlir::Operation *op);

} // namespace graphopt
