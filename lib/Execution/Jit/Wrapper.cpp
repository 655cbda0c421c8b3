//===- Wrapper.cpp - the functions of the C ABI around a lowered function --===//
#include "Execution/Jit/Wrapper.h"
#include "Execution/Jit/Allocations.h"
#include "Execution/Jit/GivenResults.h"
#include "Execution/Jit/Info.h"
#include "llvm/IR/IRBuilder.h"

using namespace llvm;

namespace graphopt::execution {

namespace {
/// An arena up to this size lies on the stack of the call.
constexpr int64_t maxStackArena = 8 * 1024;
constexpr int64_t maxSize = INT32_MAX;
constexpr uint64_t storageAlignment = 64;

/// A tensor whose fields have been checked.
struct Loaded {
  Value *data = nullptr;
  SmallVector<Value *, 4> sizes;
};

/// Writes one wrapper. Checks branch to one block that returns the status.
class FunctionWriter {
public:
  FunctionWriter(Module &module, const Signature &signature, Messages &messages, StringRef name, ArrayRef<Type *> parameters)
      : module(module), signature(signature), messages(messages), b(module.getContext()), i32(b.getInt32Ty()), i64(b.getInt64Ty()),
        ptr(b.getPtrTy()), tensorType(StructType::get(module.getContext(), {ptr, i32, i32, ptr, ptr})) {
    function = Function::Create(FunctionType::get(i32, parameters, false), GlobalValue::ExternalLinkage, name, module);
    function->addFnAttr(Attribute::NoUnwind);
    BasicBlock *entry = BasicBlock::Create(module.getContext(), "entry", function);
    failBlock = BasicBlock::Create(module.getContext(), "fail", function);
    b.SetInsertPoint(failBlock);
    failStatus = b.CreatePHI(i32, 8, "status");
    b.CreateRet(failStatus);
    b.SetInsertPoint(entry);
  }

  void check(Value *ok, int32_t status) {
    BasicBlock *next = BasicBlock::Create(module.getContext(), "", function, failBlock);
    failStatus->addIncoming(b.getInt32(status), b.GetInsertBlock());
    b.CreateCondBr(ok, next, failBlock, unlikelyFailure());
    b.SetInsertPoint(next);
  }
  void check(Value *ok, const Twine &message) { check(ok, messages.number(message.str())); }
  /// Returns the status `value` if it is not 0.
  void checkStatus(Value *value) {
    BasicBlock *next = BasicBlock::Create(module.getContext(), "", function, failBlock);
    failStatus->addIncoming(value, b.GetInsertBlock());
    b.CreateCondBr(b.CreateICmpEQ(value, b.getInt32(0)), next, failBlock, unlikelyFailure());
    b.SetInsertPoint(next);
  }

  Value *field(Value *tensor, unsigned index, Type *type) { return b.CreateLoad(type, b.CreateStructGEP(tensorType, tensor, index)); }
  Value *tensorAt(Value *array, unsigned index) { return b.CreateConstInBoundsGEP1_64(tensorType, array, index); }
  Value *notNull(Value *pointer) { return b.CreateICmpNE(pointer, ConstantPointerNull::get(ptr)); }

  /// Checks dtype and rank, and that there is room for sizes, which are returned.
  Value *loadHeader(Value *tensor, const Port &port, const std::string &what) {
    check(b.CreateICmpEQ(field(tensor, 1, i32), b.getInt32(port.dtype)),
          "expected dtype " + Twine(getDtypeName(port.dtype)) + " for " + what);
    size_t rank = port.sizes.size();
    check(b.CreateICmpEQ(field(tensor, 2, i32), b.getInt32(rank)), "expected rank " + Twine(rank) + " for " + what);
    if (!rank)
      return nullptr;
    Value *sizes = field(tensor, 3, ptr);
    check(notNull(sizes), "expected sizes for " + what + ", got null");
    return sizes;
  }

  /// Checks a result that the call allocates.
  Loaded loadGiven(Value *tensor, const Port &port) {
    loadHeader(tensor, port, "result '" + port.name + "'");
    check(b.CreateIsNull(field(tensor, 0, ptr)), "expected null as data for result '" + port.name + "', which the call allocates");
    return {};
  }

  /// Checks a tensor against `port`. `expected` holds the sizes of a result where they are known; null entries take any size. The data
  /// is looked at only `withData`.
  Loaded loadTensor(Value *array, unsigned index, const Port &port, StringRef kind, ArrayRef<Value *> expected, bool withData) {
    std::string what = (kind + " '" + port.name + "'").str();
    Value *tensor = tensorAt(array, index);
    Loaded loaded;
    Value *empty = b.getFalse(); // whether there are no elements
    size_t rank = port.sizes.size();
    if (Value *sizes = loadHeader(tensor, port, what))
      for (size_t d = 0; d < rank; ++d) {
        Value *size = b.CreateLoad(i64, b.CreateConstInBoundsGEP1_64(i64, sizes, d));
        std::string where = (" in dimension " + Twine(d) + " of " + what).str();
        if (port.sizes[d] >= 0) {
          check(b.CreateICmpEQ(size, b.getInt64(port.sizes[d])), "expected size " + Twine(port.sizes[d]) + where);
          size = b.getInt64(port.sizes[d]);
        } else if (d < expected.size() && expected[d]) {
          check(b.CreateICmpEQ(size, expected[d]), "expected the size that " + signature.name + "_shapes gives" + where);
        } else {
          check(b.CreateICmpULE(size, b.getInt64(maxSize)), "expected a size from 0 to " + Twine(maxSize) + where);
        }
        empty = b.CreateOr(empty, b.CreateICmpEQ(size, b.getInt64(0)));
        loaded.sizes.push_back(size);
      }
    if (!withData)
      return loaded;
    // Strides are rare: the call of the runtime is off the straight path.
    Value *strides = field(tensor, 4, ptr);
    if (rank) {
      BasicBlock *before = b.GetInsertBlock();
      BasicBlock *given = BasicBlock::Create(module.getContext(), "strides", function, failBlock);
      BasicBlock *after = BasicBlock::Create(module.getContext(), "", function, failBlock);
      b.CreateCondBr(notNull(strides), given, after, unlikelyTrue());
      b.SetInsertPoint(given);
      Value *contiguous =
          b.CreateICmpNE(b.CreateCall(module.getOrInsertFunction("go_tensor_is_contiguous", i32, ptr), {tensor}), b.getInt32(0));
      b.CreateBr(after);
      b.SetInsertPoint(after);
      PHINode *ok = b.CreatePHI(b.getInt1Ty(), 2);
      ok->addIncoming(b.getTrue(), before);
      ok->addIncoming(contiguous, given);
      check(ok, "expected row-major contiguous strides for " + what + ": copy it first");
    }
    loaded.data = field(tensor, 0, ptr);
    check(b.CreateOr(notNull(loaded.data), empty), "expected data for " + what + ", got null");
    if (int64_t size = go_dtype_size(port.dtype); size > 1)
      check(b.CreateICmpEQ(b.CreateAnd(b.CreatePtrToInt(loaded.data, i64), b.getInt64(size - 1)), b.getInt64(0)),
            "expected data aligned to its element size, " + Twine(size) + ", for " + what);
    return loaded;
  }

  SmallVector<Loaded> loadInputs(Value *array, bool withData) {
    SmallVector<Loaded> inputs;
    if (!signature.inputs.empty())
      check(notNull(array), "expected inputs, got null");
    for (auto [i, port] : enumerate(signature.inputs))
      inputs.push_back(loadTensor(array, i, port, "input", {}, withData));
    checkSymbols(inputs);
    return inputs;
  }

  /// Sizes of the same name are equal, and in the range of the name.
  void checkSymbols(ArrayRef<Loaded> inputs) {
    struct First {
      Value *size;
      std::string where;
    };
    StringMap<First> seen;
    for (auto [port, loaded] : zip_equal(signature.inputs, inputs))
      for (auto [d, name] : enumerate(port.dims)) {
        if (name.empty())
          continue;
        std::string where = ("dimension " + Twine(d) + " of input '" + port.name + "'").str();
        auto [entry, inserted] = seen.try_emplace(name, First{loaded.sizes[d], where});
        if (!inserted) {
          check(b.CreateICmpEQ(loaded.sizes[d], entry->second.size),
                "expected " + where + " to equal " + entry->second.where + ", both are '" + name + "'");
          continue;
        }
        for (const Symbol &symbol : signature.symbols)
          if (symbol.name == name)
            check(b.CreateAnd(b.CreateICmpSGE(loaded.sizes[d], b.getInt64(symbol.lower)),
                              b.CreateICmpSLE(loaded.sizes[d], b.getInt64(symbol.upper))),
                  "expected '" + name + "' from " + Twine(symbol.lower) + " to " + Twine(symbol.upper) + " in " + where);
      }
  }

  /// The sizes of the inputs that the lowered function takes as unknown.
  SmallVector<Value *> unknownSizes(ArrayRef<Loaded> inputs) {
    SmallVector<Value *> unknown;
    for (const Argument &argument : signature.entryArguments)
      if (argument.role == Role::input)
        for (int64_t d = 0; d < argument.type.getRank(); ++d)
          if (argument.type.isDynamicDim(d))
            unknown.push_back(inputs[argument.index].sizes[d]);
    return unknown;
  }

  /// Calls a function that returns numbers and a status, and checks the status.
  SmallVector<Value *> callSizes(const Twine &suffix, ArrayRef<Value *> operands) {
    Value *returned = b.CreateCall(module.getFunction((signature.name + suffix).str()), operands);
    unsigned count = cast<StructType>(returned->getType())->getNumElements() - 1;
    SmallVector<Value *> numbers;
    for (unsigned i = 0; i < count; ++i)
      numbers.push_back(b.CreateExtractValue(returned, i));
    checkStatus(b.CreateExtractValue(returned, count));
    return numbers;
  }

  /// The sizes of each result: constants where known.
  SmallVector<SmallVector<Value *, 4>> resultSizes(ArrayRef<Loaded> inputs) {
    SmallVector<Value *> computed;
    if (signature.hasShapes)
      computed = callSizes(".shapes", unknownSizes(inputs));
    SmallVector<SmallVector<Value *, 4>> sizes(signature.results.size());
    ArrayRef<Value *> rest = computed;
    for (auto [type, port, result] : zip_equal(signature.resultTypes, signature.results, sizes))
      for (int64_t d = 0; d < type.getRank(); ++d) {
        Value *size = port.sizes[d] >= 0 ? b.getInt64(port.sizes[d]) : nullptr;
        if (type.isDynamicDim(d)) {
          if (!size)
            size = rest.front();
          rest = rest.drop_front();
        }
        result.push_back(size);
      }
    return sizes;
  }

  /// Appends the fields of a memref descriptor.
  void appendMemref(SmallVectorImpl<Value *> &operands, mlir::MemRefType type, Value *data, ArrayRef<Value *> sizes) {
    operands.append({data, data, b.getInt64(0)});
    SmallVector<Value *> strides(type.getRank());
    Value *stride = b.getInt64(1);
    for (int64_t d = type.getRank() - 1; d >= 0; --d) {
      strides[d] = stride;
      stride = b.CreateMul(stride, sizes[d]);
    }
    operands.append(sizes.begin(), sizes.end());
    operands.append(strides);
  }
  void appendStatic(SmallVectorImpl<Value *> &operands, mlir::MemRefType type, Value *data) {
    SmallVector<Value *, 4> sizes;
    for (int64_t size : type.getShape())
      sizes.push_back(b.getInt64(size));
    appendMemref(operands, type, data, sizes);
  }

  Value *contextField(Value *context, unsigned offset, Type *type) {
    return b.CreateLoad(type, b.CreateConstInBoundsGEP1_64(b.getInt8Ty(), context, offset));
  }

  /// Calls the lowered function `NAME<suffix>` with an arena of `bytes` and returns its status.
  void callLowered(const Twine &suffix, ArrayRef<Argument> arguments, Value *context, Value *bytes, ArrayRef<Loaded> inputs,
                   ArrayRef<Loaded> results, bool gives = false) {
    auto *constant = dyn_cast<ConstantInt>(bytes);
    Function *lowered = module.getFunction((signature.name + suffix).str());
    bool onStack = constant && constant->getSExtValue() <= maxStackArena && !allocates(*lowered);
    Value *arena = ConstantPointerNull::get(ptr);
    if (onStack && !constant->isZero()) {
      auto *slot = new AllocaInst(b.getInt8Ty(), 0, bytes, Align(storageAlignment), "arena", function->getEntryBlock().begin());
      arena = slot;
    } else if (!onStack) {
      arena = b.CreateCall(module.getOrInsertFunction("go_arena_acquire", ptr, ptr, i64), {context, bytes});
      check(notNull(arena), GO_ERROR_MEMORY);
    }
    Value *table = contextField(context, 8, ptr);
    SmallVector<Value *> operands;
    for (const Argument &argument : arguments) {
      switch (argument.role) {
      case Role::context:
        operands.push_back(context);
        break;
      case Role::input:
        appendMemref(operands, argument.type, inputs[argument.index].data, inputs[argument.index].sizes);
        break;
      case Role::result:
        appendMemref(operands, argument.type, results[argument.index].data, results[argument.index].sizes);
        break;
      case Role::arena:
        appendMemref(operands, argument.type, arena, {bytes});
        break;
      case Role::weight:
      case Role::prepared: {
        unsigned slot = argument.index + (argument.role == Role::prepared ? signature.weights.size() : 0);
        appendStatic(operands, argument.type, b.CreateLoad(ptr, b.CreateConstInBoundsGEP1_64(ptr, table, slot)));
        break;
      }
      }
    }
    Value *status = b.CreateCall(lowered, operands);
    if (gives)
      status = giveResults(b, tensorType, signature, context, function->getArg(2), status);
    if (!onStack)
      b.CreateCall(module.getOrInsertFunction("go_arena_release", b.getVoidTy(), ptr, ptr), {context, arena});
    b.CreateRet(status);
  }

  /// `int32_t NAME(go_ctx *, const go_tensor *in, go_tensor *out)`
  void writeCall(GlobalVariable *info) {
    Value *context = function->getArg(0);
    check(notNull(context), GO_ERROR_CONTEXT);
    check(b.CreateICmpEQ(contextField(context, 0, ptr), info), GO_ERROR_CONTEXT);
    SmallVector<Loaded> inputs = loadInputs(function->getArg(1), /*withData=*/true), results;
    SmallVector<SmallVector<Value *, 4>> sizes = resultSizes(inputs);
    if (!signature.results.empty())
      check(notNull(function->getArg(2)), "expected results, got null");
    for (auto [i, port] : enumerate(signature.results))
      results.push_back(is_contained(port.sizes, GO_SIZE_FROM_DATA)
                            ? loadGiven(tensorAt(function->getArg(2), i), port)
                            : loadTensor(function->getArg(2), i, port, "result", sizes[i], /*withData=*/true));
    Value *bytes = arenaBytes(inputs, contextField(context, 16, i64));
    callLowered(".body", signature.entryArguments, context, bytes, inputs, results, !signature.returned.empty());
  }

  Value *arenaBytes(ArrayRef<Loaded> inputs, Value *threads) {
    if (signature.arenaBytes)
      return b.getInt64(*signature.arenaBytes);
    SmallVector<Value *> operands = unknownSizes(inputs);
    operands.push_back(threads);
    return callSizes(".arena", operands)[0];
  }

  /// `int32_t NAME_shapes(const go_tensor *in, go_tensor *out, int64_t *arena_bytes)`
  void writeShapes() {
    SmallVector<Loaded> inputs = loadInputs(function->getArg(0), /*withData=*/false);
    SmallVector<SmallVector<Value *, 4>> sizes = resultSizes(inputs);
    Value *out = function->getArg(1);
    if (!signature.results.empty())
      check(notNull(out), "expected results, got null");
    for (auto [i, port] : enumerate(signature.results)) {
      Value *tensor = tensorAt(out, i);
      if (!sizes[i].empty()) {
        Value *pointer = field(tensor, 3, ptr);
        check(notNull(pointer), "expected room for the sizes of result '" + port.name + "', got null");
        for (auto [d, size] : enumerate(sizes[i]))
          b.CreateStore(size, b.CreateConstInBoundsGEP1_64(i64, pointer, d));
      }
      b.CreateStore(b.getInt32(port.dtype), b.CreateStructGEP(tensorType, tensor, 1));
      b.CreateStore(b.getInt32(port.sizes.size()), b.CreateStructGEP(tensorType, tensor, 2));
    }
    BasicBlock *arena = BasicBlock::Create(module.getContext(), "arena", function, failBlock);
    BasicBlock *done = BasicBlock::Create(module.getContext(), "done", function, failBlock);
    b.CreateCondBr(notNull(function->getArg(2)), arena, done);
    b.SetInsertPoint(arena);
    b.CreateStore(arenaBytes(inputs, b.getInt64(1)), function->getArg(2));
    b.CreateBr(done);
    b.SetInsertPoint(done);
    b.CreateRet(b.getInt32(GO_OK));
  }

  /// `int32_t NAME.run_prepare(go_ctx *)`
  void writePrepare() {
    Value *bytes = b.getInt64(signature.prepareArenaBytes.value_or(0));
    if (!signature.prepareArenaBytes)
      bytes = callSizes(".prepare_arena", {contextField(function->getArg(0), 16, i64)})[0];
    callLowered(".prepare", signature.prepareArguments, function->getArg(0), bytes, {}, {});
  }

  Function *function;

private:
  MDNode *unlikelyFailure() { return MDNode::get(module.getContext(), weights(2000, 1)); }
  MDNode *unlikelyTrue() { return MDNode::get(module.getContext(), weights(1, 2000)); }
  SmallVector<Metadata *> weights(uint32_t taken, uint32_t other) {
    return {MDString::get(module.getContext(), "branch_weights"), ConstantAsMetadata::get(b.getInt32(taken)),
            ConstantAsMetadata::get(b.getInt32(other))};
  }

  Module &module;
  const Signature &signature;
  Messages &messages;
  IRBuilder<> b;
  Type *i32, *i64;
  PointerType *ptr;
  StructType *tensorType;
  BasicBlock *failBlock;
  PHINode *failStatus;
};
} // namespace

Error addWrapper(Module &module, const Signature &signature, ArrayRef<std::string> assertMessages, ArrayRef<TensorValue> weights) {
  for (Function &function : module)
    if (!function.isDeclaration()) {
      function.setLinkage(GlobalValue::InternalLinkage);
      // The pipeline has chosen the width of vectors; LLVM would split wide ones for some CPUs.
      function.addFnAttr("prefer-vector-width", "512");
    }
  // The names of the C ABI go to the wrappers.
  auto rename = [&](StringRef suffix, StringRef to) {
    if (Function *function = module.getFunction((signature.name + suffix).str()))
      function->setName(signature.name + to);
  };
  rename("", ".body");
  rename("_shapes", ".shapes");
  rename("_arena", ".arena");
  rename("_prepare", ".prepare");
  rename("_prepare_arena", ".prepare_arena");

  if (Error failed =
          replaceAllocations(module, module.getFunction(signature.name + ".body"), module.getFunction(signature.name + ".prepare")))
    return failed;

  LLVMContext &context = module.getContext();
  Type *ptr = PointerType::get(context, 0);
  Messages messages(assertMessages);
  InfoWriter info(module, signature);
  FunctionWriter call(module, signature, messages, signature.name, {ptr, ptr, ptr});
  call.writeCall(info.variable);
  FunctionWriter shapes(module, signature, messages, signature.name + "_shapes", {ptr, ptr, ptr});
  shapes.writeShapes();
  Function *prepare = nullptr;
  if (!signature.prepareArguments.empty()) {
    FunctionWriter writer(module, signature, messages, signature.name + ".run_prepare", {ptr});
    writer.writePrepare();
    prepare = writer.function;
    prepare->setLinkage(GlobalValue::InternalLinkage);
  }
  info.write(call.function, shapes.function, prepare, messages, weights);
  return Error::success();
}

} // namespace graphopt::execution
