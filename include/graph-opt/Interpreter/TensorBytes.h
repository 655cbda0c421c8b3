//===- TensorBytes.h - tensors whose bytes come from outside --------------===//
#pragma once
#include "graph-opt/Interpreter/TensorValue.h"

#pragma GCC visibility push(default)
namespace graphopt {

/// Bytes of a file or a resource as a tensor: a view of them, kept alive by `owner`, or a copy where they are not aligned to the element
/// or hold truth values other than 0 and 1.
TensorValue viewBytes(mlir::Type elementType, llvm::ArrayRef<int64_t> shape, const char *data, std::shared_ptr<const void> owner);

} // namespace graphopt
#pragma GCC visibility pop
