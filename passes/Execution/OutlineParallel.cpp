//===- OutlineParallel.cpp - bodies of parallel loops as functions --------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/Matchers.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Pass/Pass.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;

namespace graphopt {
#define GEN_PASS_DEF_OUTLINEPARALLELPASS
#include "graph-opt/Passes/Execution.h.inc"

namespace {
constexpr StringLiteral workerName = "go_worker";

struct OutlineParallelPass final : impl::OutlineParallelPassBase<OutlineParallelPass> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    SmallVector<scf::ParallelOp> loops;
    for (auto function : getOperation().getOps<func::FuncOp>())
      function.walk<WalkOrder::PreOrder>([&](scf::ParallelOp loop) {
        if (!loop->hasAttr("graph.grain"))
          return WalkResult::advance();
        loops.push_back(loop);
        return WalkResult::skip(); // the loops inside of a parallel one run in order
      });
    for (scf::ParallelOp loop : loops)
      if (failed(outline(loop, symbols)))
        return signalPassFailure();
    if (failed(eraseWorkerCalls(symbols)))
      return signalPassFailure();
    // It has served; translation to LLVM IR knows nothing of it.
    for (auto function : getOperation().getOps<func::FuncOp>())
      if (function.getNumArguments() > 0)
        function.removeArgAttr(0, "graph.ctx");
  }

  LogicalResult outline(scf::ParallelOp loop, SymbolTable &symbols) {
    auto grain = loop->getAttrOfType<IntegerAttr>("graph.grain");
    auto function = loop->getParentOfType<func::FuncOp>();
    if (!grain || loop.getNumLoops() != 1 || loop.getNumReductions() != 0)
      return loop.emitOpError("expected one dimension, no reduction and an integer as graph.grain");
    if (function.getNumArguments() == 0 || !function.getArgAttr(0, "graph.ctx"))
      return loop.emitOpError("expected the enclosing function to have the context as its first argument");

    // Constants are cheaper made again than passed.
    llvm::SetVector<Value> used, captured;
    SmallVector<Operation *> constants;
    getUsedValuesDefinedAbove(loop.getRegion(), used);
    used.insert(loop.getLowerBound()[0]);
    used.insert(loop.getStep()[0]);
    for (Value value : used) {
      if (matchPattern(value, m_Constant()))
        constants.push_back(value.getDefiningOp());
      else
        captured.insert(value);
    }

    Location loc = loop.getLoc();
    OpBuilder b(loop);
    Type index = b.getIndexType();
    SmallVector<Type> types(3, index);
    llvm::append_range(types, ValueRange(captured.getArrayRef()).getTypes());
    b.setInsertionPointAfter(function);
    auto body = func::FuncOp::create(b, loc, (function.getName() + "_loop").str(), b.getFunctionType(types, {}));
    body.setPrivate();
    symbols.insert(body); // makes the name unique
    Block *entry = body.addEntryBlock();
    b.setInsertionPointToStart(entry);
    IRMapping map;
    for (Operation *constant : constants)
      b.clone(*constant, map);
    map.map(captured.getArrayRef(), entry->getArguments().drop_front(3));
    Value one = arith::ConstantIndexOp::create(b, loc, 1);
    auto inner = scf::ForOp::create(b, loc, entry->getArgument(0), entry->getArgument(1), one);
    func::ReturnOp::create(b, loc);
    b.setInsertionPointToStart(inner.getBody());
    Value offset = arith::MulIOp::create(b, loc, inner.getInductionVar(), map.lookup(loop.getStep()[0]));
    map.map(loop.getInductionVars()[0], arith::AddIOp::create(b, loc, map.lookup(loop.getLowerBound()[0]), offset));
    for (Operation &op : loop.getBody()->without_terminator())
      b.clone(op, map);
    SmallVector<func::CallOp> workers;
    body.walk([&](func::CallOp call) {
      if (call.getCallee() == workerName)
        workers.push_back(call);
    });
    for (func::CallOp call : workers) {
      call->replaceAllUsesWith(ValueRange(entry->getArgument(2)));
      call.erase();
    }

    b.setInsertionPoint(loop);
    Value distance = arith::SubIOp::create(b, loc, loop.getUpperBound()[0], loop.getLowerBound()[0]);
    Value count = arith::CeilDivSIOp::create(b, loc, distance, loop.getStep()[0]);
    Value zero = arith::ConstantIndexOp::create(b, loc, 0);
    SmallVector<Value> operands{zero, count, zero};
    llvm::append_range(operands, captured);
    auto call = func::CallOp::create(b, loc, body, operands);
    call->setAttr("graph.parallel", grain);
    loop.erase();
    return success();
  }

  /// Outside of parallel loops, the worker is number 0.
  LogicalResult eraseWorkerCalls(SymbolTable &symbols) {
    auto declaration = symbols.lookup<func::FuncOp>(workerName);
    if (!declaration)
      return success();
    if (!declaration.isDeclaration())
      return declaration.emitOpError("expected a declaration of the runtime's function");
    getOperation().walk([&](func::CallOp call) {
      if (call.getCallee() != workerName)
        return;
      OpBuilder b(call);
      call->replaceAllUsesWith(ValueRange(arith::ConstantIndexOp::create(b, call.getLoc(), 0)));
      call.erase();
    });
    symbols.erase(declaration);
    return success();
  }
};
} // namespace
} // namespace graphopt
