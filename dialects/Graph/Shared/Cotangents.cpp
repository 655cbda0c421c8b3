//===- Cotangents.cpp -----------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Cotangents.h"
#include "graph-opt/Dialect/Graph/Expr.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Failure.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"

using namespace mlir;
using namespace graphopt;

bool graphopt::hasCotangent(Value value) {
  auto type = dyn_cast<RankedTensorType>(value.getType());
  return type && isa<FloatType>(type.getElementType());
}

void Cotangents::flowInto(Value value, Value cotangent) {
  if (!cotangent || !hasCotangent(value))
    return;
  Value &sum = sums[value];
  ExprBuilder g(b, cotangent.getLoc());
  sum = sum ? Value(g(sum) + g(cotangent)) : cotangent;
}

Value Cotangents::take(Value value) {
  Value sum = lookup(value);
  sums.erase(value);
  return sum;
}

LogicalResult Cotangents::reverse(Operation *op) {
  SmallVector<Value> flowing = llvm::map_to_vector(op->getResults(), [&](Value result) { return lookup(result); });
  if (llvm::none_of(flowing, [](Value cotangent) { return static_cast<bool>(cotangent); }) || op->hasTrait<NotDifferentiable>())
    return success();
  if (auto same = dyn_cast<tensor::CastOp>(op)) {
    flowInto(same.getSource(), flowing.front());
    return success();
  }
  auto differentiable = dyn_cast<GradientOpInterface>(op);
  if (!differentiable)
    return graphopt::emitError(op->getLoc(), Failure::unsupportedOp) << "expected an op with a gradient, got '" << op->getName() << "'";
  FailureOr<SmallVector<Value>> gradients = differentiable.buildGradient(b, flowing);
  if (failed(gradients))
    return failure();
  for (auto [operand, gradient] : llvm::zip(op->getOperands(), *gradients))
    flowInto(operand, gradient);
  return success();
}
