//===- Dot.h - graphs as pictures -----------------------------------------===//
#pragma once
#include "mlir/IR/BuiltinOps.h"
#include "llvm/Support/raw_ostream.h"

#pragma GCC visibility push(default)
namespace graphopt {

struct DotExportOptions {
  /// Draw constants, parameters and arithmetic on sizes too.
  bool showConstants = false;
};

/// Writes every function of a module as a Graphviz digraph: a node an op, labelled with its name and its place in the model, an edge a
/// value, labelled with its type; regions are clusters.
void exportDot(mlir::ModuleOp module, llvm::raw_ostream &os, const DotExportOptions &options = {});

} // namespace graphopt
#pragma GCC visibility pop
