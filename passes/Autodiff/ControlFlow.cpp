//===- ControlFlow.cpp - branches and loops, backwards --------------------===//
#include "Autodiff/ReverseMode.h"
#include "graph-opt/Dialect/Graph/Expr.h"
#include "graph-opt/Failure.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// A copy of a block's ops at the builder's insertion point: the values are computed again where their cotangents need them.
struct Replay {
  Replay(OpBuilder &b, Block &block, ValueRange arguments, const Activity &outer) : activity(outer) {
    for (auto [argument, value] : llvm::zip(block.getArguments(), arguments))
      if (outer.isActive(argument))
        activity.add(value);
    steps = copySteps(b, block, arguments, yields);
    activity.spread(steps);
  }
  Activity activity;
  SmallVector<Operation *> steps;
  SmallVector<Value> yields;
};

/// The active tensors that regions use from above, in the order of their first uses.
SmallVector<Value> getCaptures(MutableArrayRef<Region> regions, const Activity &activity) {
  llvm::SetVector<Value> captures;
  visitUsedValuesDefinedAbove(regions, [&](OpOperand *operand) {
    if (activity.isActive(operand->get()) && hasCotangent(operand->get()))
      captures.insert(operand->get());
  });
  return captures.takeVector();
}
} // namespace

LogicalResult graphopt::reverseIf(scf::IfOp op, const Activity &activity, Cotangents &cotangents) {
  SmallVector<Value> captures = getCaptures(op->getRegions(), activity);
  if (captures.empty())
    return success();
  Location loc = op.getLoc();
  // The op first and what it holds afterwards: regions are walked in their place only.
  auto backward = scf::IfOp::create(cotangents.b, loc, TypeRange(ValueRange(captures)), op.getCondition(), /*addThenBlock=*/true,
                                    /*addElseBlock=*/true);
  for (auto [block, made] : {std::pair(op.thenBlock(), backward.thenBlock()), std::pair(op.elseBlock(), backward.elseBlock())}) {
    OpBuilder b = OpBuilder::atBlockEnd(made);
    Replay replay(b, *block, {}, activity);
    Cotangents inner(b);
    for (auto [yielded, result] : llvm::zip(replay.yields, op.getResults()))
      inner.flowInto(yielded, cotangents.lookup(result));
    if (failed(reverseSteps(replay.steps, replay.activity, inner)))
      return failure();
    SmallVector<Value> results;
    for (Value capture : captures)
      results.push_back(orZeros(b, inner.lookup(capture), capture));
    scf::YieldOp::create(b, loc, results);
  }
  for (auto [capture, result] : llvm::zip(captures, backward.getResults()))
    cotangents.flowInto(capture, result);
  return success();
}

namespace {
/// A loop and what is known before it runs.
class LoopReversal {
public:
  LoopReversal(scf::ForOp op, const Activity &activity, Cotangents &cotangents)
      : op(op), activity(activity), cotangents(cotangents), loc(op.getLoc()) {}
  LogicalResult run();

private:
  void record();
  void keep(OpBuilder &b, unsigned index, Value value, Value iteration, SmallVectorImpl<Value> &stacks);
  Value recall(OpBuilder &b, unsigned index, Value iteration);
  SmallVector<OpFoldResult> getSliceSizes(unsigned index);
  LogicalResult buildBackward();
  void dropUnused(Block &backward);
  bool carries(unsigned index) { return hasCotangent(op.getRegionIterArg(index)) && activity.isActive(op.getRegionIterArg(index)); }

  scf::ForOp op, recording;
  const Activity &activity;
  Cotangents &cotangents;
  Location loc;
  Value count;                                  ///< of iterations
  SmallVector<SmallVector<OpFoldResult>> sizes; ///< of what is carried
  SmallVector<int> stackOf;                     ///< of what is carried: its place among the stacks, or -1 where the body doesn't use it
  SmallVector<Value> stacks;
};
} // namespace

SmallVector<OpFoldResult> LoopReversal::getSliceSizes(unsigned index) {
  SmallVector<OpFoldResult> slice{OpBuilder(op).getIndexAttr(1)};
  llvm::append_range(slice, sizes[index]);
  return slice;
}

void LoopReversal::keep(OpBuilder &b, unsigned index, Value value, Value iteration, SmallVectorImpl<Value> &into) {
  Value &stack = into[stackOf[index]];
  if (!isa<RankedTensorType>(value.getType())) {
    stack = tensor::InsertOp::create(b, loc, value, stack, iteration);
    return;
  }
  for (auto [axis, size] : llvm::enumerate(sizes[index]))
    if (auto first = dyn_cast<Value>(size)) {
      Value now = tensor::DimOp::create(b, loc, value, axis);
      Value isSame = arith::CmpIOp::create(b, loc, arith::CmpIPredicate::eq, now, first);
      cf::AssertOp::create(b, loc, isSame, "expected a loop that is differentiated to keep the sizes of what it carries");
    }
  SmallVector<OpFoldResult> offsets(sizes[index].size() + 1, b.getIndexAttr(0)), strides(offsets.size(), b.getIndexAttr(1));
  offsets[0] = iteration;
  stack = tensor::InsertSliceOp::create(b, loc, value, stack, offsets, getSliceSizes(index), strides);
}

Value LoopReversal::recall(OpBuilder &b, unsigned index, Value iteration) {
  Value stack = stacks[stackOf[index]];
  auto type = dyn_cast<RankedTensorType>(op.getInits()[index].getType());
  if (!type)
    return tensor::ExtractOp::create(b, loc, stack, iteration);
  SmallVector<OpFoldResult> offsets(sizes[index].size() + 1, b.getIndexAttr(0)), strides(offsets.size(), b.getIndexAttr(1));
  offsets[0] = iteration;
  return tensor::ExtractSliceOp::create(b, loc, type, stack, offsets, getSliceSizes(index), strides);
}

/// Replaces the loop by one that carries stacks of what each iteration begins with.
void LoopReversal::record() {
  OpBuilder b(op);
  Value zero = arith::ConstantIndexOp::create(b, loc, 0);
  Value span = arith::SubIOp::create(b, loc, op.getUpperBound(), op.getLowerBound());
  count = arith::MaxSIOp::create(b, loc, arith::CeilDivSIOp::create(b, loc, span, op.getStep()), zero);
  SmallVector<Value> inits = llvm::to_vector(op.getInits());
  for (auto [init, argument] : llvm::zip(op.getInits(), op.getRegionIterArgs())) {
    auto type = dyn_cast<RankedTensorType>(init.getType());
    sizes.push_back(type ? tensor::getMixedSizes(b, loc, init) : SmallVector<OpFoldResult>());
    stackOf.push_back(argument.use_empty() ? -1 : static_cast<int>(inits.size() - op.getInits().size()));
    if (argument.use_empty())
      continue;
    SmallVector<OpFoldResult> all{count};
    llvm::append_range(all, sizes.back());
    inits.push_back(tensor::EmptyOp::create(b, loc, all, type ? type.getElementType() : init.getType()));
  }
  size_t carried = op.getInits().size();
  recording = scf::ForOp::create(b, loc, op.getLowerBound(), op.getUpperBound(), op.getStep(), inits);
  OpBuilder inner = OpBuilder::atBlockEnd(recording.getBody());
  Replay replay(inner, *op.getBody(), recording.getBody()->getArguments().take_front(carried + 1), activity);
  Value iv = recording.getInductionVar();
  Value iteration = arith::DivSIOp::create(inner, loc, arith::SubIOp::create(inner, loc, iv, op.getLowerBound()), op.getStep());
  SmallVector<Value> kept(recording.getRegionIterArgs().drop_front(carried));
  for (unsigned index = 0; index < carried; ++index)
    if (stackOf[index] >= 0)
      keep(inner, index, recording.getRegionIterArg(index), iteration, kept);
  llvm::append_range(replay.yields, kept);
  scf::YieldOp::create(inner, loc, replay.yields);
  stacks.assign(recording.result_begin() + carried, recording.result_end());
}

LogicalResult LoopReversal::buildBackward() {
  OpBuilder &b = cotangents.b;
  SmallVector<Value> captures = getCaptures(op->getRegions(), activity), inits;
  SmallVector<unsigned> carried;
  for (unsigned index = 0; index < op.getInits().size(); ++index)
    if (carries(index)) {
      carried.push_back(index);
      inits.push_back(orZeros(b, cotangents.lookup(op.getResult(index)), op.getInits()[index]));
    }
  for (Value capture : captures)
    inits.push_back(orZeros(b, {}, capture));
  if (inits.empty())
    return success();
  Value zero = arith::ConstantIndexOp::create(b, loc, 0), one = arith::ConstantIndexOp::create(b, loc, 1);
  auto backward = scf::ForOp::create(b, loc, zero, count, one, inits);
  OpBuilder inner = OpBuilder::atBlockEnd(backward.getBody());
  ValueRange sums = backward.getRegionIterArgs();
  Value last = arith::SubIOp::create(inner, loc, count, one);
  Value iteration = arith::SubIOp::create(inner, loc, last, backward.getInductionVar());
  SmallVector<Value> arguments{
      arith::AddIOp::create(inner, loc, op.getLowerBound(), arith::MulIOp::create(inner, loc, iteration, op.getStep()))};
  for (auto [index, init] : llvm::enumerate(op.getInits()))
    arguments.push_back(stackOf[index] < 0 ? init : recall(inner, index, iteration));
  Replay replay(inner, *op.getBody(), arguments, activity);
  Cotangents flow(inner);
  for (auto [place, index] : llvm::enumerate(carried))
    flow.flowInto(replay.yields[index], sums[place]);
  for (auto [capture, sum] : llvm::zip(captures, sums.drop_front(carried.size())))
    flow.flowInto(capture, sum); // from the start, so that what flows into a part of it is added in place
  if (failed(reverseSteps(replay.steps, replay.activity, flow)))
    return failure();
  SmallVector<Value> results;
  for (unsigned index : carried)
    results.push_back(orZeros(inner, stackOf[index] < 0 ? Value() : flow.take(arguments[index + 1]), op.getInits()[index]));
  for (Value capture : captures)
    results.push_back(orZeros(inner, flow.lookup(capture), capture));
  scf::YieldOp::create(inner, loc, results);
  for (auto [place, index] : llvm::enumerate(carried))
    cotangents.flowInto(op.getInits()[index], backward.getResult(place));
  for (auto [place, capture] : llvm::enumerate(captures))
    cotangents.flowInto(capture, backward.getResult(carried.size() + place));
  dropUnused(*backward.getBody());
  return success();
}

/// What the way back does not read is not kept: the tensor that a loop writes row by row, for one.
void LoopReversal::dropUnused(Block &backward) {
  SmallVector<Operation *> steps = getSteps(backward);
  for (Operation *step : llvm::reverse(steps))
    if (isOpTriviallyDead(step))
      step->erase();
  auto yield = cast<scf::YieldOp>(recording.getBody()->getTerminator());
  for (auto [index, stack] : llvm::enumerate(stacks))
    if (unsigned at = op.getInits().size() + index; stack.use_empty())
      yield.setOperand(at, recording.getRegionIterArg(at)); // which makes it a loop without it
}

LogicalResult LoopReversal::run() {
  if (!op.getInductionVar().getType().isIndex())
    return graphopt::emitError(loc, Failure::unsupportedOp)
           << "expected a loop that counts by index to differentiate, got " << op.getInductionVar().getType();
  record();
  if (failed(buildBackward()))
    return failure();
  for (Value result : op.getResults()) // another value may come to lie where an erased one was
    cotangents.take(result);
  op->replaceAllUsesWith(recording->getResults().take_front(op.getNumResults()));
  op.erase();
  return success();
}

LogicalResult graphopt::reverseFor(scf::ForOp op, const Activity &activity, Cotangents &cotangents) {
  return LoopReversal(op, activity, cotangents).run();
}
