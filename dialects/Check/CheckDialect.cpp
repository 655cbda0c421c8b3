//===- CheckDialect.cpp - what executable tests assert with ---------------===//
#include "graph-opt/Dialect/Check/Check.h"
#include "graph-opt/Failure.h"
#include "graph-opt/Interpreter/Compare.h"
#include "graph-opt/Interpreter/Interpreter.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::check;

#include "graph-opt/Dialect/Check/CheckDialect.cpp.inc"
#define GET_OP_CLASSES
#include "graph-opt/Dialect/Check/CheckOps.cpp.inc"

void CheckDialect::initialize() {
  addOperations<
#define GET_OP_LIST
#include "graph-opt/Dialect/Check/CheckOps.cpp.inc"
      >();
}

LogicalResult ExpectCloseOp::verify() {
  for (FloatAttr tolerance : {getRtolAttr(), getAtolAttr()})
    if (tolerance && !(tolerance.getValueAsDouble() >= 0))
      return emitOpError() << "expected tolerances of at least 0, got " << tolerance.getValueAsDouble();
  return success();
}

static LogicalResult fails(Operation *op, const Twine &why) {
  InFlightDiagnostic error = op->emitOpError() << "does not hold: " << why.str();
  setFailure(*error.getUnderlyingDiagnostic(), Failure::numbersDiffer);
  return error;
}

static LogicalResult expect(Operation *op, ArrayRef<TensorValue> operands, const Tolerances &tolerances) {
  Comparison comparison = compare(operands[0], operands[1], tolerances);
  if (!comparison.equal)
    return fails(op, comparison.message);
  return success();
}

LogicalResult ExpectCloseOp::evaluate(EvalContext &, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &) {
  Tolerances tolerances;
  if (getRtol())
    tolerances.rtol = getRtol()->convertToDouble();
  if (getAtol())
    tolerances.atol = getAtol()->convertToDouble();
  return expect(*this, operands, tolerances);
}

LogicalResult ExpectEqOp::evaluate(EvalContext &, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &) {
  return expect(*this, operands, {0.0, 0.0});
}

LogicalResult ExpectTrueOp::evaluate(EvalContext &, ArrayRef<TensorValue> operands, SmallVectorImpl<TensorValue> &) {
  for (int64_t i = 0; i < operands[0].getNumElements(); ++i)
    if (!operands[0].getAsInt(i))
      return fails(*this, "element " + Twine(i) + " is false");
  return success();
}
