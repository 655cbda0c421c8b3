//===- WeightValues.cpp ---------------------------------------------------===//
#include "WeightValues.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
using namespace mlir;
namespace graphopt::cpu {

bool WeightValues::isFixed(Value value) { return factsOf(value).fixed; }
bool WeightValues::needsWeight(Value value) {
  Facts facts = factsOf(value);
  return facts.fixed && facts.weight;
}

WeightValues::Facts WeightValues::factsOf(Value value) {
  if (auto it = known.find(value); it != known.end())
    return it->second;
  if (auto argument = dyn_cast<BlockArgument>(value)) {
    bool weight = argument.getOwner() == &func.front() && func.getArgAttr(argument.getArgNumber(), "graph.weight");
    return known[value] = {weight, weight};
  }
  // Without recursion: chains of ops can be long. An op is looked at again once its operands are known.
  SmallVector<Operation *> stack{value.getDefiningOp()};
  while (!stack.empty()) {
    Operation *op = stack.back();
    if (known.count(op->getResult(0))) {
      stack.pop_back();
      continue;
    }
    Facts facts{op->getBlock() == &func.front() && isMemoryEffectFree(op), false};
    llvm::SetVector<Value> inputs(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), inputs);
    bool ready = true;
    for (Value input : inputs) {
      Operation *producer = input.getDefiningOp();
      if (producer && !known.count(input)) {
        stack.push_back(producer);
        ready = false;
        continue;
      }
      Facts of = factsOf(input);
      facts.fixed &= of.fixed;
      facts.weight |= of.weight;
    }
    for (Type type : op->getResultTypes())
      if (auto shaped = dyn_cast<ShapedType>(type); shaped && !shaped.hasStaticShape())
        facts.fixed = false;
    if (!ready)
      continue;
    for (Value result : op->getResults())
      known[result] = facts;
    stack.pop_back();
  }
  return known[value];
}

} // namespace graphopt::cpu
