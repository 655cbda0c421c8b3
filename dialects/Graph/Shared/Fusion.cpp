//===- Fusion.cpp - how a pass makes a graph.fusion -----------------------===//
#include "graph-opt/Dialect/Graph/Ops/Fusion.h"
#include "graph-opt/Dialect/Graph/Cost.h"
#include "graph-opt/Dialect/Graph/Fusion.h"
#include "llvm/ADT/MapVector.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::graph;

Operation *graph::createFusion(OpBuilder &b, ArrayRef<Operation *> members) {
  Operation *root = members.back();
  DenseSet<Operation *> inside(members.begin(), members.end());
  llvm::MapVector<Value, Value> inputs;
  SmallVector<Operation *> constants;
  for (Operation *op : members)
    for (Value operand : op->getOperands()) {
      Operation *definition = operand.getDefiningOp();
      if ((definition && inside.contains(definition)) || !inputs.insert({operand, Value()}).second)
        continue;
      if (definition && definition->hasTrait<OpTrait::ConstantLike>() && countElements(operand.getType(), 2) == 1) {
        constants.push_back(definition);
        inputs.erase(operand);
        inside.insert(definition); // seen; copied below
      }
    }
  b.setInsertionPoint(root);
  auto fusion =
      FusionOp::create(b, root->getLoc(), root->getResultTypes(), llvm::map_to_vector(inputs, [](auto &entry) { return entry.first; }));
  root->replaceAllUsesWith(fusion);
  Block *body = &fusion.getBody().front();
  for (auto [entry, argument] : llvm::zip(inputs, body->getArguments()))
    entry.second = argument;
  b.setInsertionPointToStart(body);
  DenseMap<Value, Value> copies;
  for (Operation *constant : constants)
    copies[constant->getResult(0)] = b.clone(*constant)->getResult(0);
  for (Operation *op : members) {
    op->moveBefore(body, body->end());
    for (OpOperand &operand : op->getOpOperands()) {
      if (auto *it = inputs.find(operand.get()); it != inputs.end())
        operand.set(it->second);
      else if (Value copy = copies.lookup(operand.get()))
        operand.set(copy);
    }
  }
  for (Operation *constant : constants)
    if (constant->use_empty())
      constant->erase();
  b.setInsertionPointToEnd(body);
  YieldOp::create(b, root->getLoc(), root->getResults());
  return fusion;
}
