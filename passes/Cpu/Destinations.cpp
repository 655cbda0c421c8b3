//===- Destinations.cpp ===//
#include "Views.h"
#include "graph-opt/Failure.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/LLVMIR/LLVMDialect.h"
#include "mlir/Dialect/MemRef/IR/MemRef.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
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

/// The value in whose memory `result` may be built; null where that is none.
Value destinationOf(OpResult result) {
  Operation *op = result.getOwner();
  if (auto styled = dyn_cast<DestinationStyleOpInterface>(op))
    return styled.getTiedOpOperand(result)->get();
  if (auto loop = dyn_cast<LoopLikeOpInterface>(op)) {
    OpOperand *init = loop.getTiedLoopInit(result);
    return init ? init->get() : Value();
  }
  return cpu::isView(op) ? op->getOperand(0) : Value();
}

/// Whether nothing lasts of a use of a tensor: it is read, and no other value may lie in its memory.
bool isMereRead(OpOperand &first) {
  SmallVector<OpOperand *> uses = {&first};
  while (!uses.empty()) {
    OpOperand &use = *uses.pop_back_val();
    Operation *op = use.getOwner();
    if (cpu::isView(op)) // read by what reads the view
      llvm::append_range(uses, llvm::make_pointer_range(op->getResult(0).getUses()));
    else if (auto styled = dyn_cast<DestinationStyleOpInterface>(op);
             styled ? !styled.isDpsInput(&use) : !isa<tensor::DimOp, tensor::ExtractOp>(op))
      return false;
  }
  return true;
}

/// Whether the memory that a result may be built in from the start is also that of another value which lasts. What bufferisation then
/// copies to keep both may be the result: the other value would lie in the caller's buffer until the result is written there.
bool sharesMemory(Value result) {
  Value value = result;
  for (auto step = dyn_cast<OpResult>(value); step; step = dyn_cast<OpResult>(value)) {
    if (isa<scf::IfOp>(step.getOwner()))
      return true; // either branch gives it
    value = destinationOf(step);
    if (!value || value.getDefiningOp<tensor::EmptyOp>())
      return false;
    for (OpOperand &use : value.getUses())
      if (use.getOwner() != step.getOwner() && !isMereRead(use))
        return true;
  }
  return false;
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
  SmallVector<Value> returned;
  SmallVector<DictionaryAttr> returnedAttributes;
  for (auto [i, value] : llvm::enumerate(terminator.getOperands())) {
    NamedAttrList list(func.getResultAttrDict(i));
    list.set("graph.result", builder.getI64IntegerAttr(i));
    auto type = cast<RankedTensorType>(value.getType());
    if (list.get("graph.from_data")) { // nobody could bring memory for it
      returned.push_back(bufferization::ToBufferOp::create(builder, value.getLoc(), bufferOf(type), value, /*read_only=*/true));
      returnedAttributes.push_back(list.getDictionary(context));
      continue;
    }
    attributes.push_back(list.getDictionary(context));
    Value destination = entry.addArgument(bufferOf(type), value.getLoc());
    if (sharesMemory(value))
      value = bufferization::AllocTensorOp::create(builder, value.getLoc(), type, ValueRange(), value);
    bufferization::MaterializeInDestinationOp::create(builder, value.getLoc(), Type(), value, destination, /*restrict=*/true,
                                                      /*writable=*/true);
  }
  terminator->setOperands(returned);
  func.removeResAttrsAttr();
  func.setType(FunctionType::get(context, entry.getArgumentTypes(), ValueRange(returned).getTypes()));
  func.setAllArgAttrs(attributes);
  func.setAllResultAttrs(returnedAttributes);
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
