//===- Allocations.h - buffers that no plan could hold ---------------------===//
#pragma once
#include "llvm/IR/Module.h"
#include "llvm/Support/Error.h"

namespace graphopt::execution {

/// Buffers whose sizes follow from data come out of the lowering as calls of malloc that nothing frees. They become memory that lives as
/// long as the call's arena; without memory, the function returns that. `body` and `prepare` are the lowered functions; `prepare` may be
/// null.
llvm::Error replaceAllocations(llvm::Module &module, const llvm::Function *body, const llvm::Function *prepare);
/// Whether a lowered function takes memory beside its arena.
bool allocates(const llvm::Function &function);

} // namespace graphopt::execution
