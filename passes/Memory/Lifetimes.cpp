//===- Lifetimes.cpp ===//
#include "Lifetimes.h"
#include "mlir/Interfaces/LoopLikeInterface.h"
using namespace mlir;
namespace graphopt::memory {

Lifetimes::Lifetimes(func::FuncOp func) : aliases(func) {
  int64_t point = 0;
  func.walk([&](Operation *op, const WalkStage &stage) {
    if (stage.isBeforeAllRegions())
      spans[op].begin = point++;
    if (stage.isAfterAllRegions())
      spans[op].end = point++;
  });
}

Interval Lifetimes::of(Value value) const {
  Span self = spans.lookup(value.getDefiningOp());
  Interval result{0, self.begin, self.end};
  for (Value alias : aliases.resolve(value)) {
    // What is done in a loop below the alias lasts until the loop ends: the next iteration does it again.
    Region *home = alias.getParentRegion();
    for (Operation *user : alias.getUsers())
      if (Operation *ancestor = home->findAncestorOpInRegion(*user))
        result.last = std::max(result.last, spans.lookup(ancestor).end);
  }
  return result;
}

bool Lifetimes::escapesLoop(Value value) const {
  auto loop = value.getDefiningOp()->getParentOfType<LoopLikeOpInterface>();
  if (!loop)
    return false;
  for (Value alias : aliases.resolve(value)) {
    if (!loop->isAncestor(alias.getParentRegion()->getParentOp()) || alias.getDefiningOp() == loop)
      return true;
    if (auto argument = dyn_cast<BlockArgument>(alias); argument && argument.getOwner()->getParentOp() == loop)
      return true;
  }
  return false;
}

} // namespace graphopt::memory
