//===- DecompositionGradient.cpp - reverse mode over a decomposition ------===//
#include "Graph/Shared/DecompositionGradient.h"
#include "graph-opt/Dialect/Graph/Cotangents.h"

using namespace mlir;
using namespace graphopt;

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

  Cotangents flow(b);
  for (auto [value, cotangent] : llvm::zip(*values, cotangents))
    flow.flowInto(value, cotangent);
  for (Operation *step : llvm::reverse(steps))
    if (failed(flow.reverse(step)))
      return failure();
  SmallVector<Value> results;
  for (Value operand : op->getOperands())
    results.push_back(flow.take(operand));
  return results;
}
