//===- Destinations.cpp ===//
#include "graph-opt/Failure.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_CPUDESTINATIONSPASS
#include "graph-opt/Passes/Cpu.h.inc"
namespace {

MemRefType bufferOf(RankedTensorType type) { return MemRefType::get(type.getShape(), type.getElementType()); }

LogicalResult convertArguments(func::FuncOp func, OpBuilder &builder) {
  Block &entry = func.front();
  for (BlockArgument argument : entry.getArguments()) {
    auto type = dyn_cast<RankedTensorType>(argument.getType());
    if (!type)
      continue;
    argument.setType(bufferOf(type));
    auto tensor = bufferization::ToTensorOp::create(builder, argument.getLoc(), type, argument, /*restrict=*/true, /*writable=*/false);
    argument.replaceAllUsesExcept(tensor, tensor);
  }
  return success();
}

/// A call that the inliner has left calls a function that calls itself, or one without a body.
LogicalResult refuseCalls(func::FuncOp func) {
  return success(!func.walk([](func::CallOp call) {
                        auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(call, call.getCalleeAttr());
                        emitError(call.getLoc(), Failure::unsupportedOp)
                            << "expected calls that can be inlined, got a "
                            << (callee && callee.isExternal() ? "call of a function without a body" : "recursive call") << ", '@"
                            << call.getCallee() << "'";
                        return WalkResult::interrupt();
                      })
                      .wasInterrupted());
}

LogicalResult convert(func::FuncOp func) {
  if (failed(refuseCalls(func)))
    return failure();
  if (!func.getBody().hasOneBlock())
    return func.emitError("expected a body of one block, got ") << func.getBody().getBlocks().size();
  MLIRContext *context = func.getContext();
  Block &entry = func.front();
  auto terminator = cast<func::ReturnOp>(entry.getTerminator());
  for (Type type : func.getResultTypes())
    if (!isa<RankedTensorType>(type))
      return func.emitError("expected results that are ranked tensors, got ") << type;
  OpBuilder builder = OpBuilder::atBlockBegin(&entry);
  if (failed(convertArguments(func, builder)))
    return failure();

  SmallVector<DictionaryAttr> attributes;
  attributes.push_back(builder.getDictionaryAttr(builder.getNamedAttr("graph.ctx", builder.getUnitAttr())));
  entry.insertArgument(0u, LLVM::LLVMPointerType::get(context), func.getLoc());
  for (unsigned i = 0; i < func.getNumArguments(); ++i)
    attributes.push_back(func.getArgAttrDict(i) ? func.getArgAttrDict(i) : builder.getDictionaryAttr({}));
  builder.setInsertionPoint(terminator);
  for (auto [i, value] : llvm::enumerate(terminator.getOperands())) {
    NamedAttrList list(func.getResultAttrDict(i));
    list.set("graph.result", builder.getI64IntegerAttr(i));
    attributes.push_back(list.getDictionary(context));
    Value destination = entry.addArgument(bufferOf(cast<RankedTensorType>(value.getType())), value.getLoc());
    bufferization::MaterializeInDestinationOp::create(builder, value.getLoc(), Type(), value, destination, /*restrict=*/true,
                                                      /*writable=*/true);
  }
  terminator->setOperands({});
  func.removeResAttrsAttr();
  func.setType(FunctionType::get(context, entry.getArgumentTypes(), {}));
  func.setAllArgAttrs(attributes);
  return success();
}

struct CpuDestinationsPass final : impl::CpuDestinationsPassBase<CpuDestinationsPass> {
  void runOnOperation() override {
    for (auto func : getOperation().getOps<func::FuncOp>())
      if (!func.isDeclaration() && !func->hasAttr("graph.sizes") && failed(convert(func)))
        return signalPassFailure();
  }
};

} // namespace
} // namespace graphopt
