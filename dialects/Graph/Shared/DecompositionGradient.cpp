//===- DecompositionGradient.cpp - reverse mode over a decomposition ------===//
#include "Graph/Shared/DecompositionGradient.h"
#include "graph-opt/Dialect/Graph/Cotangents.h"
#include "mlir/IR/BuiltinOps.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace graphopt;

FailureOr<SmallVector<Value>> graphopt::gradientOfDecomposition(Operation *op, OpBuilder &b, ValueRange cotangents,
                                                                llvm::function_ref<FailureOr<SmallVector<Value>>(OpBuilder &)> decompose) {
  // Ops that are built look through what makes their operands, and would take the gradient past the op's own: they get to see values that
  // are made by nothing known.
  SmallVector<Value> operands = llvm::to_vector(op->getOperands()), hidden;
  SmallVector<UnrealizedConversionCastOp> covers;
  for (Value operand : operands) {
    covers.push_back(UnrealizedConversionCastOp::create(b, op->getLoc(), operand.getType(), operand));
    hidden.push_back(covers.back().getResult(0));
  }
  op->setOperands(hidden);
  auto uncover = llvm::scope_exit([&] {
    op->setOperands(operands);
    for (auto [cover, operand] : llvm::zip(covers, operands)) {
      cover.getResult(0).replaceAllUsesWith(operand);
      cover.erase();
    }
  });
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
  for (Value value : hidden) {
    Value cotangent = flow.take(value);
    auto *cover = llvm::find(hidden, cotangent);
    results.push_back(cover == hidden.end() ? cotangent : operands[cover - hidden.begin()]);
  }
  return results;
}
