//===- GivenResults.cpp - results that the call allocates ------------------===//
#include "Execution/Jit/GivenResults.h"
#include "llvm/IR/Module.h"

using namespace llvm;

namespace graphopt::execution {

Value *giveResults(IRBuilder<> &b, StructType *tensorType, const Signature &signature, Value *context, Value *array, Value *returned) {
  BasicBlock *from = b.GetInsertBlock();
  Function *function = from->getParent();
  Module &module = *function->getParent();
  Type *i32 = b.getInt32Ty(), *ptr = b.getPtrTy();
  FunctionCallee give = module.getOrInsertFunction("go_result_give", i32, ptr, ptr, ptr, ptr);
  FunctionCallee drop = module.getOrInsertFunction("go_result_drop", b.getVoidTy(), ptr, ptr);
  auto tensorAt = [&](const Argument &argument) { return b.CreateConstInBoundsGEP1_64(tensorType, array, argument.index); };
  BasicBlock *giving = BasicBlock::Create(module.getContext(), "give", function);
  BasicBlock *dropping = BasicBlock::Create(module.getContext(), "drop", function);
  BasicBlock *done = BasicBlock::Create(module.getContext(), "given", function);
  Value *status = b.CreateExtractValue(returned, signature.returned.size()), *ok = b.getInt32(GO_OK);
  b.CreateCondBr(b.CreateICmpEQ(status, ok), giving, done);

  b.SetInsertPoint(giving);
  Value *problem = ok;
  for (auto [i, argument] : enumerate(signature.returned)) {
    // Allocated and aligned pointer, offset, sizes, strides; its layout is the identity.
    Value *memref = b.CreateExtractValue(returned, i);
    Value *width = b.getInt64(go_dtype_size(signature.results[argument.index].dtype));
    Value *offset = b.CreateMul(b.CreateExtractValue(memref, 2), width);
    Value *data = b.CreateGEP(b.getInt8Ty(), b.CreateExtractValue(memref, 1), offset);
    Value *values = b.CreateExtractValue(memref, 3);
    auto *sizes = new AllocaInst(values->getType(), 0, "sizes", function->getEntryBlock().begin());
    b.CreateStore(values, sizes);
    problem = b.CreateOr(problem, b.CreateCall(give, {context, tensorAt(argument), data, sizes}));
  }
  b.CreateCondBr(b.CreateICmpEQ(problem, ok), done, dropping);

  b.SetInsertPoint(dropping);
  for (const Argument &argument : signature.returned)
    b.CreateCall(drop, {context, tensorAt(argument)});
  b.CreateBr(done);

  b.SetInsertPoint(done);
  PHINode *result = b.CreatePHI(i32, 3);
  result->addIncoming(status, from);
  result->addIncoming(problem, giving);
  result->addIncoming(problem, dropping);
  return result;
}

} // namespace graphopt::execution
