//===- Allocations.cpp - buffers that no plan could hold -------------------===//
#include "Execution/Jit/Allocations.h"
#include "graph-opt/Runtime.h"
#include "llvm/IR/IRBuilder.h"
#include "llvm/IR/InstIterator.h"
#include "llvm/IR/Instructions.h"
#include "llvm/Transforms/Utils/BasicBlockUtils.h"

using namespace llvm;

namespace graphopt::execution {

constexpr StringLiteral allocateName("go_arena_allocate");

bool allocates(const Function &function) {
  return llvm::any_of(llvm::instructions(function), [](const Instruction &instruction) {
    auto *call = dyn_cast<CallInst>(&instruction);
    return call && call->getCalledFunction() && call->getCalledFunction()->getName() == allocateName;
  });
}

Error replaceAllocations(Module &module, const Function *body, const Function *prepare) {
  Function *malloc = module.getFunction("malloc");
  if (!malloc)
    return Error::success();
  Type *ptr = PointerType::get(module.getContext(), 0), *i64 = Type::getInt64Ty(module.getContext());
  FunctionCallee allocate = module.getOrInsertFunction(allocateName, ptr, ptr, ptr, i64);
  for (User *user : llvm::make_early_inc_range(malloc->users())) {
    auto *call = dyn_cast<CallInst>(user);
    Function *function = call ? call->getFunction() : nullptr;
    if (!function || (function != body && function != prepare))
      return createStringError("expected buffers in parallel loops of sizes that are known before, got one that depends on data");
    // The arena is the last argument: allocated and aligned pointer, offset, size, stride.
    Value *arena = function->getArg(function->arg_size() - 4);
    IRBuilder<> b(call);
    Value *memory = b.CreateCall(allocate, {function->getArg(0), arena, call->getArgOperand(0)});
    Value *none = b.CreateIsNull(memory);
    Instruction *fail = SplitBlockAndInsertIfThen(none, call, /*Unreachable=*/true);
    Value *status = b.getInt32(GO_ERROR_MEMORY);
    if (auto *results = dyn_cast<StructType>(function->getReturnType())) { // the status is the last
      IRBuilder<> failing(fail);
      status = failing.CreateInsertValue(PoisonValue::get(results), status, results->getNumElements() - 1);
    }
    ReplaceInstWithInst(fail, ReturnInst::Create(module.getContext(), status));
    call->replaceAllUsesWith(memory);
    call->eraseFromParent();
  }
  malloc->eraseFromParent();
  return Error::success();
}

} // namespace graphopt::execution
