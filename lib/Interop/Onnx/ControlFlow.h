//===- ControlFlow.h - what branches and loops share ----------------------===//
#pragma once
#include "Interop/Onnx/NodeImporter.h"

namespace graphopt::onnx {

/// The type that values of both types have: sizes that differ are dynamic. Null where element types or ranks differ.
mlir::RankedTensorType join(mlir::Type a, mlir::Type b);
/// The only element of a tensor.
mlir::Value extract(mlir::OpBuilder &b, mlir::Location loc, mlir::Value tensor);
/// The graph that an attribute holds, or null.
const Graph *graphOf(const Node &node, llvm::StringRef name);
/// Whether a type is that of one truth value, or of one 64-bit integer.
bool isOneOf(mlir::Type type, bool isTruth);

} // namespace graphopt::onnx
