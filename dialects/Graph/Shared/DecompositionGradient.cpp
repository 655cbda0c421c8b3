//===- DecompositionGradient.cpp - reverse mode over a decomposition ------===//
#include "Graph/Shared/DecompositionGradient.h"
#include "graph-opt/Dialect/Graph/Expr.h"
#include "graph-opt/Dialect/Graph/Graph.h"

using namespace mlir;
using namespace graphopt;

namespace {
bool isFloat(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && isa<FloatType>(type.getElementType());
}
} // namespace

FailureOr<SmallVector<Value>> graphopt::gradientOfDecomposition(Operation *op, OpBuilder &b, ValueRange cotangents,
                                                                llvm::function_ref<FailureOr<SmallVector<Value>>(OpBuilder &)> decompose) {
  Block *block = b.getInsertionBlock();
  bool atStart = b.getInsertionPoint() == block->begin();
  Block::iterator before = atStart ? block->end() : std::prev(b.getInsertionPoint());
  FailureOr<SmallVector<Value>> values = decompose(b);
  if (failed(values))
    return op->emitOpError() << "expected a decomposition of these operands and attributes, got none";

  SmallVector<Operation *> steps;
  for (Operation &step : llvm::make_range(atStart ? block->begin() : std::next(before), b.getInsertionPoint()))
    steps.push_back(&step);

  ExprBuilder g(b, op->getLoc());
  DenseMap<Value, Value> cotangentOf;
  auto flowInto = [&](Value value, Value cotangent) {
    if (!cotangent || !isFloat(value))
      return;
    Value &total = cotangentOf[value];
    total = total ? Value(g(total) + g(cotangent)) : cotangent;
  };
  for (auto [value, cotangent] : llvm::zip(*values, cotangents))
    flowInto(value, cotangent);
  for (Operation *step : llvm::reverse(steps)) {
    SmallVector<Value> flowing = llvm::map_to_vector(step->getResults(), [&](Value result) { return cotangentOf.lookup(result); });
    if (llvm::none_of(flowing, [](Value cotangent) { return static_cast<bool>(cotangent); }) || step->hasTrait<NotDifferentiable>())
      continue;
    auto differentiable = dyn_cast<GradientOpInterface>(step);
    if (!differentiable)
      return op->emitOpError() << "expected a decomposition into ops with gradients, got '" << step->getName() << "'";
    FailureOr<SmallVector<Value>> gradients = differentiable.buildGradient(b, flowing);
    if (failed(gradients))
      return failure();
    for (auto [operand, gradient] : llvm::zip(step->getOperands(), *gradients))
      flowInto(operand, gradient);
  }
  SmallVector<Value> results;
  for (Value operand : op->getOperands()) {
    results.push_back(cotangentOf.lookup(operand));
    cotangentOf.erase(operand);
  }
  return results;
}
