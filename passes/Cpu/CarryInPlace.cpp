//===- CarryInPlace.cpp - loop-carried tensors keep their buffer ----------===//
#include "Views.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Arith/Utils/Utils.h"
#include "mlir/Dialect/Bufferization/IR/Bufferization.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/DestinationStyleOpInterface.h"
#include "llvm/ADT/Sequence.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_CPUCARRYINPLACEPASS
#include "graph-opt/Passes/Cpu.h.inc"
namespace {

/// True when `value` is made from `argument` by ops that write into what they get, as far as one can follow them.
bool continues(Value value, BlockArgument argument) {
  while (value != argument) {
    Operation *op = value.getDefiningOp();
    if (!op)
      return false;
    if (auto style = dyn_cast<DestinationStyleOpInterface>(op))
      value = style.getTiedOpOperand(cast<OpResult>(value))->get();
    else if (auto loop = dyn_cast<scf::ForOp>(op))
      value = loop.getInitArgs()[cast<OpResult>(value).getResultNumber()];
    else
      return false;
  }
  return true;
}

/// True when `op` or a view of what it gives is read behind `write`, of the same block.
bool isReadBehind(Operation *op, Operation *write) {
  return llvm::any_of(op->getUsers(), [&](Operation *user) {
    Operation *at = write->getBlock()->findAncestorOpInBlock(*user);
    return (at && write->isBeforeInBlock(at)) || (cpu::isView(user) && isReadBehind(user, write));
  });
}

/// Lets a carried tensor be written in place by what `value` is made by: parts of it that are taken before and read after are copied when
/// they are taken. False where all of it is read after.
bool freeForWriting(Value value, BlockArgument argument) {
  Operation *first = nullptr; // of those that write
  while (value != argument) {
    first = value.getDefiningOp();
    auto style = dyn_cast<DestinationStyleOpInterface>(first);
    if (!style)
      return true; // a loop, which settles its own
    value = style.getTiedOpOperand(cast<OpResult>(value))->get();
  }
  for (Operation *user : llvm::make_early_inc_range(argument.getUsers())) {
    Operation *at = first ? first->getBlock()->findAncestorOpInBlock(*user) : nullptr;
    if (!at || at == first || isa<tensor::DimOp>(user))
      continue;
    if (first->isBeforeInBlock(at))
      return false;
    auto part = dyn_cast<tensor::ExtractSliceOp>(user);
    if (!part || at != user || !isReadBehind(part, first))
      continue;
    OpBuilder builder(part->getContext());
    builder.setInsertionPointAfter(part);
    auto copy = bufferization::AllocTensorOp::create(builder, part.getLoc(), part.getType(), ValueRange(), part.getResult());
    part.getResult().replaceAllUsesExcept(copy, copy);
  }
  return true;
}

/// True when `value` may be the memory of a carried tensor itself, which another one's next value may overwrite.
bool maybeCarried(Value value) {
  Operation *op = value.getDefiningOp();
  while (op && (cpu::isView(op) || isa<tensor::ReshapeOp>(op)))
    op = op->getOperand(0).getDefiningOp();
  if (!op || op->getNumRegions() != 0)
    return !op || !isa<DestinationStyleOpInterface>(op);
  return isa<arith::SelectOp>(op);
}

/// The tensor.empty that a value is written into, as far as one can follow it; null where there is none.
tensor::EmptyOp emptyOf(Value value) {
  while (auto style = value.getDefiningOp<DestinationStyleOpInterface>())
    value = style.getTiedOpOperand(cast<OpResult>(value))->get();
  return value.getDefiningOp<tensor::EmptyOp>();
}

/// Lets each of `operands` of a terminator be written into the argument that it is the next value of.
void settle(Operation *terminator, MutableOperandRange operands, Block::BlockArgListType arguments) {
  OpBuilder builder(terminator);
  Location loc = terminator->getLoc();
  // Values that change places: each is read before any is written.
  for (auto [operand, argument] : llvm::zip(operands, arguments))
    if (auto type = dyn_cast<RankedTensorType>(operand.get().getType()); type && operand.get() != argument && maybeCarried(operand.get()))
      operand.set(bufferization::AllocTensorOp::create(builder, loc, type, ValueRange(), operand.get()));
  for (auto [operand, argument] : llvm::zip(operands, arguments)) {
    auto type = dyn_cast<RankedTensorType>(operand.get().getType());
    if (!type || argument.getType() != type)
      continue;
    if (continues(operand.get(), argument) && freeForWriting(operand.get(), argument))
      continue;
    // A buffer does not grow: what would not fit is an error at run time, not a write past its end.
    // The check stands before anything is written, and asks for the size that is written: bufferization may put an empty tensor into the
    // carried one, and from then on its size is that.
    OpBuilder::InsertionGuard guard(builder);
    tensor::EmptyOp empty = emptyOf(operand.get());
    if (empty && empty->getBlock() == terminator->getBlock())
      builder.setInsertionPointAfter(empty);
    else
      empty = nullptr;
    for (int64_t dim = 0; dim < type.getRank(); ++dim)
      if (type.isDynamicDim(dim)) {
        Value next = empty ? getValueOrCreateConstantIndexOp(builder, loc, empty.getMixedSizes()[dim])
                           : Value(tensor::DimOp::create(builder, loc, operand.get(), dim));
        Value now = tensor::DimOp::create(builder, loc, argument, dim);
        Value same = arith::CmpIOp::create(builder, loc, arith::CmpIPredicate::eq, next, now);
        cf::AssertOp::create(builder, loc, same, "expected a tensor that a loop carries to keep its size");
      }
    builder.setInsertionPoint(terminator);
    auto written = bufferization::MaterializeInDestinationOp::create(builder, loc, type, operand.get(), argument);
    operand.set(written.getResult());
  }
}

/// True when `slice` is the part of the output that an iteration puts back itself.
bool isOwnPart(tensor::ExtractSliceOp slice, scf::ForallOp loop) {
  return llvm::any_of(loop.getTerminator().getYieldingOps(), [&](Operation &yielding) {
    auto insert = dyn_cast<tensor::ParallelInsertSliceOp>(yielding);
    return insert && insert.getDest() == slice.getSource() && insert.getMixedOffsets() == slice.getMixedOffsets() &&
           insert.getMixedSizes() == slice.getMixedSizes() && insert.getMixedStrides() == slice.getMixedStrides();
  });
}

/// Every iteration sees the output as it was before the loop, but bufferization lets it read what the others write meanwhile: whatever
/// isn't its own part is read from the tensor that the loop began with.
void readBefore(scf::ForallOp loop) {
  for (auto [argument, init] : llvm::zip(loop.getRegionIterArgs(), loop.getOutputs()))
    argument.replaceUsesWithIf(init, [&](OpOperand &use) {
      auto slice = dyn_cast<tensor::ExtractSliceOp>(use.getOwner());
      return !isa<tensor::ParallelInsertSliceOp, tensor::DimOp>(use.getOwner()) && !(slice && isOwnPart(slice, loop));
    });
}

/// Bufferization wants a while's results to be what it carries, in the same order, and canonicalization takes away those that nothing
/// reads.
void alignResults(scf::WhileOp loop) {
  Block *before = loop.getBeforeBody(), *after = loop.getAfterBody();
  scf::ConditionOp condition = loop.getConditionOp();
  SmallVector<unsigned> carried; // which argument a result is
  for (Value result : condition.getArgs()) {
    auto argument = dyn_cast<BlockArgument>(result);
    if (!argument || argument.getOwner() != before)
      return;
    carried.push_back(argument.getArgNumber());
  }
  if (llvm::equal(carried, llvm::seq<unsigned>(0, before->getNumArguments())))
    return;
  OpBuilder builder(loop);
  auto aligned = scf::WhileOp::create(builder, loop.getLoc(), before->getArgumentTypes(), loop.getInits());
  aligned->setDiscardableAttrs(loop->getDiscardableAttrDictionary());
  unsigned results = after->getNumArguments();
  for (BlockArgument argument : before->getArguments())
    after->addArgument(argument.getType(), argument.getLoc());
  for (auto [number, result] : llvm::zip(carried, loop.getResults())) {
    after->getArgument(result.getResultNumber()).replaceAllUsesWith(after->getArgument(results + number));
    result.replaceAllUsesWith(aligned.getResult(number));
  }
  after->eraseArguments(0, results);
  condition.getArgsMutable().assign(before->getArguments());
  aligned.getBefore().takeBody(loop.getBefore());
  aligned.getAfter().takeBody(loop.getAfter());
  loop.erase();
}

struct CpuCarryInPlacePass final : impl::CpuCarryInPlacePassBase<CpuCarryInPlacePass> {
  void runOnOperation() override {
    getOperation().walk([](scf::WhileOp loop) { alignResults(loop); });
    getOperation().walk([](Operation *op) {
      if (auto loop = dyn_cast<scf::ForOp>(op))
        settle(loop.getBody()->getTerminator(), cast<scf::YieldOp>(loop.getBody()->getTerminator()).getResultsMutable(),
               loop.getRegionIterArgs());
      if (auto loop = dyn_cast<scf::ForallOp>(op))
        readBefore(loop);
      if (auto loop = dyn_cast<scf::WhileOp>(op)) {
        if (loop.getConditionOp().getArgs().size() == loop.getBeforeArguments().size())
          settle(loop.getConditionOp(), loop.getConditionOp().getArgsMutable(), loop.getBeforeArguments());
        if (loop.getYieldOp().getResults().size() == loop.getAfterArguments().size())
          settle(loop.getYieldOp(), loop.getYieldOp().getResultsMutable(), loop.getAfterArguments());
      }
    });
  }
};

} // namespace
} // namespace graphopt
