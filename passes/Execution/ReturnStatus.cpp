//===- ReturnStatus.cpp - asserts as statuses -----------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/UB/IR/UBOps.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/Pass/Pass.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;

namespace graphopt {
#define GEN_PASS_DEF_RETURNSTATUSPASS
#include "graph-opt/Passes/Execution.h.inc"

namespace {
struct ReturnStatusPass final : impl::ReturnStatusPassBase<ReturnStatusPass> {
  void runOnOperation() override {
    messages.clear();
    Builder b(&getContext());
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (!function.isDeclaration() && failed(convert(function)))
        return signalPassFailure();
    SmallVector<Attribute> texts;
    for (auto &[text, number] : messages)
      texts.push_back(text);
    getOperation()->setAttr("graph.messages", b.getArrayAttr(texts));
  }

  /// Continues at a new block if `ok`, else at the block that returns `status`.
  static void branch(OpBuilder &b, Location loc, Value ok, Value status, Block *fail) {
    Block *block = b.getInsertionBlock();
    Block *next = block->splitBlock(b.getInsertionPoint());
    b.setInsertionPointToEnd(block);
    cf::CondBranchOp::create(b, loc, ok, next, ValueRange(), fail, ValueRange(status));
    b.setInsertionPointToStart(next);
  }

  LogicalResult convert(func::FuncOp function) {
    SmallVector<Operation *> checks; // collected first: blocks are split below
    WalkResult walked = function.walk([&](Operation *op) {
      if (!isa<cf::AssertOp, func::CallOp, func::ReturnOp>(op))
        return WalkResult::advance();
      if (op->getParentOp() != function) {
        op->emitOpError("expected control flow as branches");
        return WalkResult::interrupt();
      }
      checks.push_back(op);
      return WalkResult::advance();
    });
    if (walked.wasInterrupted())
      return failure();

    OpBuilder b(function);
    Type i32 = b.getI32Type();
    FunctionType type = function.getFunctionType();
    SmallVector<Type> results(type.getResults());
    results.push_back(i32);
    function.setFunctionType(b.getFunctionType(type.getInputs(), results));
    if (ArrayAttr attrs = function.getResAttrsAttr()) {
      SmallVector<Attribute> extended(attrs.begin(), attrs.end());
      extended.push_back(b.getDictionaryAttr({}));
      function.setResAttrsAttr(b.getArrayAttr(extended));
    }

    Location loc = function.getLoc();
    Block *fail = b.createBlock(&function.getBody(), function.getBody().end(), {i32}, {loc});
    SmallVector<Value> returned;
    for (Type result : type.getResults())
      returned.push_back(ub::PoisonOp::create(b, loc, result));
    returned.push_back(fail->getArgument(0));
    func::ReturnOp::create(b, loc, returned);

    for (Operation *op : checks) {
      b.setInsertionPoint(op);
      if (auto assert = dyn_cast<cf::AssertOp>(op)) {
        auto [entry, inserted] = messages.try_emplace(assert.getMsgAttr(), messages.size() + 1);
        Value number = arith::ConstantIntOp::create(b, op->getLoc(), i32, entry->second);
        branch(b, op->getLoc(), assert.getArg(), number, fail);
        op->erase();
      } else if (auto call = dyn_cast<func::CallOp>(op)) {
        // Declarations are left as they are: nothing of ours is behind them.
        auto callee = SymbolTable::lookupNearestSymbolFrom<func::FuncOp>(getOperation(), call.getCalleeAttr());
        if (!callee || callee.isDeclaration())
          continue;
        SmallVector<Type> types(call.getResultTypes());
        types.push_back(i32);
        auto checked = func::CallOp::create(b, op->getLoc(), call.getCallee(), types, call.getOperands());
        checked->setDiscardableAttrs(call->getDiscardableAttrDictionary());
        call->replaceAllUsesWith(checked.getResults().drop_back());
        Value status = checked.getResults().back();
        Value zero = arith::ConstantIntOp::create(b, op->getLoc(), i32, 0);
        Value ok = arith::CmpIOp::create(b, op->getLoc(), arith::CmpIPredicate::eq, status, zero);
        branch(b, op->getLoc(), ok, status, fail);
        op->erase();
      } else {
        Value zero = arith::ConstantIntOp::create(b, op->getLoc(), i32, 0);
        op->insertOperands(op->getNumOperands(), zero);
      }
    }
    if (fail->hasNoPredecessors())
      fail->erase();
    return success();
  }

  llvm::MapVector<StringAttr, int64_t> messages;
};
} // namespace
} // namespace graphopt
