//===- GivenResults.h - results that the call allocates --------------------===//
#pragma once
#include "Execution/Jit/Signature.h"
#include "llvm/IR/IRBuilder.h"

namespace graphopt::execution {

/// Copies the memrefs that a lowered function returned, before its status, out of the call's memory: all of them to `array`, an array of
/// go_tensor (`tensorType`), or none. Returns the status.
llvm::Value *giveResults(llvm::IRBuilder<> &b, llvm::StructType *tensorType, const Signature &signature, llvm::Value *context,
                         llvm::Value *array, llvm::Value *returned);

} // namespace graphopt::execution
