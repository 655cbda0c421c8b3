//===- Parameters.h - what passes do with parameters ----------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Graph.h"

#pragma GCC visibility push(default)
namespace graphopt::graph {

/// What a parameter was in the model: "parameter" is what training changes.
llvm::StringRef getRole(ParameterOpInterface parameter);
/// Says that running the model may change it.
void setMutable(ParameterOpInterface parameter);
/// A mutable parameter with `initial` in all of its elements, with the role "state".
mlir::Operation *createState(mlir::OpBuilder &b, mlir::Location loc, llvm::StringRef name, mlir::RankedTensorType type,
                             mlir::TypedAttr initial);

} // namespace graphopt::graph
#pragma GCC visibility pop
