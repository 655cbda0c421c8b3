//===- LowerParallelCalls.cpp - loops through the runtime -----------------===//
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Pass/Pass.h"

using namespace mlir;

namespace graphopt {
#define GEN_PASS_DEF_LOWERPARALLELCALLSPASS
#include "graph-opt/Passes/Execution.h.inc"

namespace {
constexpr unsigned loopOperands = 3; // begin, end, worker

struct LowerParallelCallsPass final : impl::LowerParallelCallsPassBase<LowerParallelCallsPass> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    SmallVector<LLVM::CallOp> calls;
    getOperation().walk([&](LLVM::CallOp call) {
      if (call->hasAttr("graph.parallel"))
        calls.push_back(call);
    });
    for (LLVM::CallOp call : calls)
      if (failed(lower(call, symbols)))
        return signalPassFailure();
  }

  /// `i32 go_parallel_for(ptr ctx, ptr body, ptr data, i64 n, i64 grain)`
  LLVM::LLVMFuncOp getRuntime(SymbolTable &symbols) {
    constexpr StringLiteral name = "go_parallel_for";
    if (auto existing = symbols.lookup<LLVM::LLVMFuncOp>(name))
      return existing;
    OpBuilder b(getOperation().getBodyRegion());
    Type ptr = LLVM::LLVMPointerType::get(&getContext()), i64 = b.getI64Type();
    auto type = LLVM::LLVMFunctionType::get(b.getI32Type(), {ptr, ptr, ptr, i64, i64});
    auto runtime = LLVM::LLVMFuncOp::create(b, getOperation().getLoc(), name, type);
    symbols.insert(runtime);
    return runtime;
  }

  /// `i32 entry(ptr data, i64 begin, i64 end, i64 worker)`: unpacks the captured values and calls the body.
  LLVM::LLVMFuncOp createEntry(LLVM::LLVMFuncOp body, Type captured, SymbolTable &symbols) {
    OpBuilder b(&getContext());
    b.setInsertionPointAfter(body);
    Location loc = body.getLoc();
    Type ptr = LLVM::LLVMPointerType::get(&getContext()), i64 = b.getI64Type();
    auto type = LLVM::LLVMFunctionType::get(b.getI32Type(), {ptr, i64, i64, i64});
    auto entry = LLVM::LLVMFuncOp::create(b, loc, (body.getName() + "_entry").str(), type, LLVM::Linkage::Internal);
    symbols.insert(entry);
    Block *block = entry.addEntryBlock(b);
    b.setInsertionPointToStart(block);
    SmallVector<Value> operands(block->getArguments().drop_front());
    for (auto [i, element] : llvm::enumerate(cast<LLVM::LLVMStructType>(captured).getBody())) {
      Value address = LLVM::GEPOp::create(b, loc, ptr, captured, block->getArgument(0), ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(i)});
      operands.push_back(LLVM::LoadOp::create(b, loc, element, address));
    }
    auto status = LLVM::CallOp::create(b, loc, body, operands);
    LLVM::ReturnOp::create(b, loc, status.getResult());
    return entry;
  }

  LogicalResult lower(LLVM::CallOp call, SymbolTable &symbols) {
    auto grain = call->getAttrOfType<IntegerAttr>("graph.parallel");
    auto body = call.getCallee() ? symbols.lookup<LLVM::LLVMFuncOp>(*call.getCallee()) : LLVM::LLVMFuncOp();
    auto function = call->getParentOfType<LLVM::LLVMFuncOp>();
    Type ptr = LLVM::LLVMPointerType::get(&getContext());
    if (!grain || !body || call.getArgOperands().size() < loopOperands || call.getNumResults() != 1 ||
        !call.getResult().getType().isInteger(32))
      return call.emitOpError("expected begin, end and worker as operands and a status as result");
    if (function.getNumArguments() == 0 || function.getArgument(0).getType() != ptr)
      return call.emitOpError("expected the enclosing function to have the context as its first argument");

    OpBuilder b(call);
    Location loc = call.getLoc();
    ValueRange values = call.getArgOperands().drop_front(loopOperands);
    auto captured = LLVM::LLVMStructType::getLiteral(&getContext(), llvm::to_vector(values.getTypes()));
    LLVM::LLVMFuncOp entry = createEntry(body, captured, symbols);
    // In the entry block: a loop around the call must not grow the stack.
    b.setInsertionPointToStart(&function.getBody().front());
    Value one = LLVM::ConstantOp::create(b, loc, b.getI64Type(), b.getI64IntegerAttr(1));
    Value data = LLVM::AllocaOp::create(b, loc, ptr, captured, one);
    b.setInsertionPoint(call);
    for (auto [i, value] : llvm::enumerate(values)) {
      Value address = LLVM::GEPOp::create(b, loc, ptr, captured, data, ArrayRef<LLVM::GEPArg>{0, static_cast<int32_t>(i)});
      LLVM::StoreOp::create(b, loc, value, address);
    }
    Value address = LLVM::AddressOfOp::create(b, loc, entry);
    Value least = LLVM::ConstantOp::create(b, loc, b.getI64Type(), b.getI64IntegerAttr(grain.getInt()));
    Value operands[] = {function.getArgument(0), address, data, call.getArgOperands()[1], least};
    auto started = LLVM::CallOp::create(b, loc, getRuntime(symbols), operands);
    call->replaceAllUsesWith(started);
    call.erase();
    return success();
  }
};
} // namespace
} // namespace graphopt
