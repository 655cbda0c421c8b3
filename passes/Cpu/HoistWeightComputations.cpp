//===- HoistWeightComputations.cpp - once for each model, not in each call ===//
#include "Views.h"
#include "WeightValues.h"
#include "graph-opt/Passes/Passes.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/IRMapping.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Transforms/RegionUtils.h"
using namespace mlir;
namespace graphopt {
#define GEN_PASS_DEF_HOISTWEIGHTCOMPUTATIONSPASS
#include "graph-opt/Passes/Cpu.h.inc"
namespace {

/// The tensors that the function computes from weights alone and uses together with other values.
SmallVector<OpResult> findFrontier(func::FuncOp func) {
  cpu::WeightValues weights(func);
  SmallVector<OpResult> frontier;
  for (Operation &op : func.front())
    for (OpResult result : op.getResults()) {
      if (!isa<RankedTensorType>(result.getType()) || !weights.needsWeight(result))
        continue;
      bool used = llvm::any_of(result.getUsers(), [&](Operation *user) {
        while (user->getBlock() != &func.front())
          user = user->getParentOp();
        return user->getNumResults() == 0 || !weights.isFixed(user->getResult(0));
      });
      // Behind a view of something computed it is the view that is kept, in the form in which it is used.
      Operation *origin = &op;
      while (origin && cpu::isView(origin))
        origin = origin->getOperand(0).getDefiningOp();
      if (used && origin)
        frontier.push_back(result);
    }
  return frontier;
}

/// All that `frontier` is computed from, in order.
SmallVector<Operation *> sliceOf(func::FuncOp func, ArrayRef<OpResult> frontier) {
  DenseSet<Operation *> wanted;
  SmallVector<Operation *> stack, result;
  for (OpResult value : frontier)
    stack.push_back(value.getOwner());
  while (!stack.empty()) {
    Operation *op = stack.pop_back_val();
    if (!wanted.insert(op).second)
      continue;
    llvm::SetVector<Value> inputs(op->operand_begin(), op->operand_end());
    getUsedValuesDefinedAbove(op->getRegions(), inputs);
    for (Value input : inputs)
      if (Operation *producer = input.getDefiningOp())
        stack.push_back(producer);
  }
  for (Operation &op : func.front())
    if (wanted.contains(&op))
      result.push_back(&op);
  return result;
}

LogicalResult hoist(func::FuncOp func, SymbolTable &symbols) {
  SmallVector<OpResult> frontier = findFrontier(func);
  if (frontier.empty())
    return success();
  OpBuilder builder(func.getContext());
  SmallVector<Operation *> slice = sliceOf(func, frontier);
  SmallVector<Type> inputs, results;
  SmallVector<BlockArgument> weights;
  DenseSet<Operation *> moved(slice.begin(), slice.end());
  for (BlockArgument argument : func.getArguments())
    if (llvm::any_of(argument.getUsers(), [&](Operation *user) { return moved.contains(func.front().findAncestorOpInBlock(*user)); })) {
      weights.push_back(argument);
      inputs.push_back(argument.getType());
    }
  for (OpResult value : frontier)
    results.push_back(value.getType());
  auto prepare = func::FuncOp::create(func.getLoc(), (func.getName() + "_prepare").str(), builder.getFunctionType(inputs, results));
  symbols.insert(prepare, std::next(func->getIterator()));
  builder.setInsertionPointToStart(prepare.addEntryBlock());
  IRMapping mapping;
  for (auto [number, weight] : llvm::enumerate(weights)) {
    mapping.map(weight, prepare.getArgument(number));
    prepare.setArgAttrs(number, func.getArgAttrDict(weight.getArgNumber()));
  }
  for (Operation *op : slice)
    builder.clone(*op, mapping);
  SmallVector<Value> values;
  for (auto [number, value] : llvm::enumerate(frontier)) {
    values.push_back(mapping.lookup(value));
    unsigned position = func.getNumArguments();
    NamedAttrList attributes;
    attributes.set("graph.prepared", builder.getI64IntegerAttr(number));
    if (failed(func.insertArgument(position, value.getType(), attributes.getDictionary(func.getContext()), value.getLoc())))
      return failure();
    value.replaceAllUsesWith(func.getArgument(position));
  }
  func::ReturnOp::create(builder, func.getLoc(), values);
  for (Operation *op : llvm::reverse(slice))
    if (op->use_empty())
      op->erase();
  return success();
}

struct HoistWeightComputationsPass final : impl::HoistWeightComputationsPassBase<HoistWeightComputationsPass> {
  void runOnOperation() override {
    SymbolTable symbols(getOperation());
    for (auto func : llvm::to_vector(getOperation().getOps<func::FuncOp>()))
      if (!func.isDeclaration() && func.isPublic() && func.getBody().hasOneBlock() && failed(hoist(func, symbols)))
        return signalPassFailure();
  }
};

} // namespace
} // namespace graphopt
