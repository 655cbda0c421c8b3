//===- Wrapper.h - the functions of the C ABI around a lowered function ----===//
#pragma once
#include "Execution/Jit/Signature.h"
#include "graph-opt/Interpreter/TensorValue.h"
#include "llvm/IR/Module.h"

namespace graphopt::execution {

/// Adds to `module`, which holds the translated functions of the lowered module:
///   NAME          checks the tensors, gets arena and weights, calls the lowered function
///   NAME_shapes   checks the inputs and writes the sizes of results
///   NAME_info     the go_function
/// The lowered functions become internal. `messages` are those of statuses 1 and up; `weights` that are given are embedded, by
/// number.
llvm::Error addWrapper(llvm::Module &module, const Signature &signature, llvm::ArrayRef<std::string> messages,
                       llvm::ArrayRef<TensorValue> weights);

} // namespace graphopt::execution
