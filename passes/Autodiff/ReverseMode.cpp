//===- ReverseMode.cpp ----------------------------------------------------===//
#include "Autodiff/ReverseMode.h"
#include "graph-opt/Dialect/Graph/Expr.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/Transforms/RegionUtils.h"

using namespace mlir;
using namespace graphopt;

bool Activity::isUsedBy(Operation *op) const {
  bool found = llvm::any_of(op->getOperands(), [&](Value operand) { return isActive(operand); });
  visitUsedValuesDefinedAbove(op->getRegions(), [&](OpOperand *operand) { found |= isActive(operand->get()); });
  return found;
}

void Activity::addFloats(ValueRange made) {
  for (Value value : made)
    if (isa<FloatType>(getElementTypeOrSelf(value))) // sizes, indices and truth values change by steps, if at all
      values.insert(value);
}

void Activity::spread(ArrayRef<Operation *> ops) {
  for (Operation *op : ops) {
    if (!isUsedBy(op))
      continue;
    addFloats(op->getResults());
    // What a loop carries becomes active in one iteration or another: all of it, to be safe.
    for (Region &region : op->getRegions())
      for (Block &block : region) {
        addFloats(block.getArguments());
        spread(getSteps(block));
      }
  }
}

func::FuncOp graphopt::findFunction(ModuleOp module, StringRef name, StringRef purpose) {
  SmallVector<func::FuncOp> found;
  for (auto candidate : module.getOps<func::FuncOp>())
    if (name.empty() ? candidate.isPublic() : candidate.getName() == name)
      found.push_back(candidate);
  if (found.size() == 1 && !found.front().isExternal() && found.front().getBody().hasOneBlock())
    return found.front();
  module.emitError() << "expected " << (name.empty() ? std::string("one public function") : ("a function '" + name + "'").str())
                     << " with a body of one block to " << purpose << ", got " << found.size();
  return {};
}

SmallVector<Operation *> graphopt::getSteps(Block &block) {
  SmallVector<Operation *> steps;
  for (Operation &op : block.without_terminator())
    steps.push_back(&op);
  return steps;
}

SmallVector<Operation *> graphopt::copySteps(OpBuilder &b, Block &block, ValueRange arguments, SmallVectorImpl<Value> &ends) {
  IRMapping map;
  map.map(block.getArguments(), arguments);
  SmallVector<Operation *> copies;
  for (Operation *op : getSteps(block))
    copies.push_back(b.clone(*op, map));
  for (Value end : block.getTerminator()->getOperands())
    ends.push_back(map.lookupOrDefault(end));
  return copies;
}

Value graphopt::orZeros(OpBuilder &b, Value value, Value like) {
  ExprBuilder g(b, like.getLoc());
  auto type = cast<RankedTensorType>(like.getType());
  if (!value)
    value = g.broadcastLike(g.number(0, type.getElementType()), g(like));
  else if (!type.hasStaticShape()) // so that its sizes are seen to be the ones they are
    value = g.broadcastLike(g(value), g(like));
  return value.getType() == like.getType() ? value : tensor::CastOp::create(b, like.getLoc(), like.getType(), value).getResult();
}

LogicalResult graphopt::reverseSteps(ArrayRef<Operation *> steps, const Activity &activity, Cotangents &cotangents) {
  for (Operation *op : llvm::reverse(steps)) {
    if (llvm::none_of(op->getResults(), [&](Value result) { return activity.isActive(result) && cotangents.lookup(result); }))
      continue;
    LogicalResult done = success();
    if (auto branch = dyn_cast<scf::IfOp>(op))
      done = reverseIf(branch, activity, cotangents);
    else if (auto loop = dyn_cast<scf::ForOp>(op))
      done = reverseFor(loop, activity, cotangents);
    else if (auto loop = dyn_cast<scf::WhileOp>(op))
      done = reverseWhile(loop, activity, cotangents);
    else if (auto part = dyn_cast<tensor::ExtractSliceOp>(op))
      reverseExtractSlice(part, cotangents);
    else if (auto whole = dyn_cast<tensor::InsertSliceOp>(op))
      reverseInsertSlice(whole, cotangents);
    else
      done = cotangents.reverse(op);
    if (failed(done))
      return failure();
  }
  return success();
}
