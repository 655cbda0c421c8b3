//===- ReuseBuffers.cpp - results where their operands were ---------------===//
#include "Groups.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Linalg/IR/Linalg.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/Dominance.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_CPUREUSEBUFFERSPASS
#include "graph-opt/Passes/Cpu.h.inc"
namespace {

/// True if the memory of `value` may be read after `op`: by a user of it, or of a view that was made of it before.
bool isUsedLater(Value value, Operation *op) {
  llvm::SetVector<Value> aliases;
  aliases.insert(value);
  for (unsigned i = 0; i < aliases.size(); ++i)
    for (OpOperand &use : aliases[i].getUses()) {
      Operation *user = op->getBlock()->findAncestorOpInBlock(*use.getOwner());
      if (!user || (user != op && !user->isBeforeInBlock(op)))
        return true;
      // What a structured op reads it does not hold on to.
      auto structured = dyn_cast<linalg::LinalgOp>(use.getOwner());
      if (user != op && !(structured && structured == user && structured.isDpsInput(&use)))
        aliases.insert(user->result_begin(), user->result_end());
    }
  return false;
}

/// An operand that the op may overwrite: of the result's type, walked in the same order, made in the same block by an op that
/// writes it, and used by nobody later.
OpOperand *findReusable(linalg::GenericOp op) {
  OpOperand *init = op.getDpsInitOperand(0);
  AffineMap map = op.getMatchingIndexingMap(init);
  if (!map.isIdentity())
    return nullptr;
  for (OpOperand *operand : op.getDpsInputOperands()) {
    Value value = operand->get();
    Operation *producer = value.getDefiningOp();
    if (value.getType() != init->get().getType() || op.getMatchingIndexingMap(operand) != map || !producer ||
        producer->getBlock() != op->getBlock() || !isa<linalg::LinalgOp, scf::ForallOp>(producer))
      continue;
    if (!isUsedLater(value, op))
      return operand;
  }
  return nullptr;
}

struct CpuReuseBuffersPass final : impl::CpuReuseBuffersPassBase<CpuReuseBuffersPass> {
  void runOnOperation() override {
    cpu::unshareDestinations(getOperation());
    SmallVector<linalg::GenericOp> ops;
    getOperation().walk([&](linalg::GenericOp op) { ops.push_back(op); });
    // From the last to the first: a destination wanders up to the first op that can write to it.
    for (linalg::GenericOp op : llvm::reverse(ops)) {
      if (op.getNumDpsInits() != 1 || !op.hasPureTensorSemantics() || op.getNumParallelLoops() != op.getNumLoops() ||
          op.payloadUsesValueFromOperand(op.getDpsInitOperand(0)))
        continue;
      OpOperand *operand = findReusable(op);
      if (!operand)
        continue;
      OpOperand *init = op.getDpsInitOperand(0);
      if (auto slice = init->get().getDefiningOp<tensor::ExtractSliceOp>())
        if (!passUp(op, slice, operand->get()))
          continue;
      init->set(operand->get());
    }
  }

  /// Gives the destination of `op` to the producer of its operand.
  bool passUp(linalg::GenericOp op, tensor::ExtractSliceOp slice, Value operand) {
    auto producer = operand.getDefiningOp<linalg::GenericOp>();
    if (!producer || producer.getNumDpsInits() != 1 || !slice->hasOneUse() ||
        !producer.getDpsInitOperand(0)->get().getDefiningOp<tensor::EmptyOp>())
      return false;
    DominanceInfo dominance;
    if (!llvm::all_of(slice->getOperands(), [&](Value value) { return dominance.properlyDominates(value, producer); }))
      return false;
    slice->moveBefore(producer);
    producer.getDpsInitOperand(0)->set(slice);
    return true;
  }
};

} // namespace
} // namespace graphopt
