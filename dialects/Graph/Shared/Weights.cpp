//===- Weights.cpp - what is known before a model runs --------------------===//
#include "Graph/Shared/Weights.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/SetVector.h"

using namespace mlir;
using namespace graphopt;

bool graphopt::isWeight(Value value) {
  constexpr size_t maxOps = 32; // longer computations are none that a front end makes of its weights
  llvm::SmallSetVector<Operation *, 8> ops;
  auto reach = [&](Value operand) {
    Operation *op = operand.getDefiningOp();
    return op && (ops.insert(op), true);
  };
  if (!reach(value))
    return false;
  for (size_t i = 0; i < ops.size(); ++i) {
    Operation *op = ops[i];
    if (isa<ParameterReadOpInterface>(op) || op->hasTrait<OpTrait::ConstantLike>())
      continue;
    if (ops.size() > maxOps || op->getNumRegions() != 0 || op->getNumOperands() == 0 || !isPure(op) ||
        !llvm::all_of(op->getOperands(), reach))
      return false;
  }
  return true;
}
