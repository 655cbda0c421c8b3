//===- Fold.cpp - folds that rows share -----------------------------------===//
#include "Graph/Shared/Fold.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/BuiltinTypes.h"

using namespace mlir;
using namespace graphopt;

/// Whether all elements of a constant are the neutral one.
static bool isNeutral(Attribute attr, Neutral neutral) {
  auto elements = dyn_cast_or_null<DenseElementsAttr>(attr);
  if (!elements || !elements.isSplat())
    return false;
  if (isa<FloatType>(elements.getElementType())) {
    APFloat value = elements.getSplatValue<APFloat>();
    if (neutral == Neutral::one)
      return value.isExactlyValue(1.0);
    return neutral != Neutral::allBits && value.isZero() && value.isNegative() == (neutral == Neutral::minusZero);
  }
  APInt value = elements.getSplatValue<APInt>();
  return neutral == Neutral::one ? value.isOne() : neutral == Neutral::allBits ? value.isAllOnes() : value.isZero();
}

static OpFoldResult ifSameType(Value operand, Operation *op) {
  return operand.getType() == op->getResult(0).getType() ? OpFoldResult(operand) : OpFoldResult();
}

OpFoldResult graphopt::foldNeutral(Operation *op, ArrayRef<Attribute> operands, Neutral neutral, bool commutative) {
  if (isNeutral(operands[1], neutral))
    return ifSameType(op->getOperand(0), op);
  if (commutative && isNeutral(operands[0], neutral))
    return ifSameType(op->getOperand(1), op);
  return {};
}

OpFoldResult graphopt::foldEqualOperands(Operation *op) {
  return op->getOperand(0) == op->getOperand(1) ? ifSameType(op->getOperand(0), op) : OpFoldResult();
}

static Operation *getInner(Operation *op) {
  Operation *inner = op->getOperand(0).getDefiningOp();
  return inner && inner->getName() == op->getName() ? inner : nullptr;
}

OpFoldResult graphopt::foldInvolution(Operation *op) {
  Operation *inner = getInner(op);
  return inner ? ifSameType(inner->getOperand(0), op) : OpFoldResult();
}

OpFoldResult graphopt::foldIdempotent(Operation *op) { return getInner(op) ? ifSameType(op->getOperand(0), op) : OpFoldResult(); }
