//===- Arith.cpp - arith in the interpreter -------------------------------===//
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "Interpreter/Models/Models.h"
#include "Interpreter/Scalar.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace graphopt;

LogicalResult graphopt::evaluateKernel(Operation *op, EvalContext &context, ArrayRef<TensorValue> operands,
                                       SmallVectorImpl<TensorValue> &results) {
  auto kernel = getKernel(op);
  if (!kernel || operands.size() > 3 || op->getNumResults() > 2)
    return op->emitOpError() << "has no evaluation for these element types";
  SmallVector<ScalarType, 3> types;
  SmallVector<int64_t, 3> sizes, strides;
  ArrayRef<int64_t> shape;
  for (const TensorValue &operand : operands) {
    auto type = ScalarType::get(operand.getElementType());
    if (!type)
      return op->emitOpError() << "has no evaluation for the element type " << operand.getElementType();
    types.push_back(*type);
    sizes.push_back(TensorValue::getElementSize(operand.getElementType()));
    if (operand.getRank() > 0)
      shape = operand.getShape();
  }
  // A scalar stands beside tensors only as the condition of a select.
  for (const TensorValue &operand : operands) {
    if (operand.getRank() > 0 && operand.getShape() != shape)
      return op->emitOpError() << "expected operands of equal sizes, got [" << shape << "] and [" << operand.getShape() << "]";
    strides.push_back(operand.getRank() > 0 ? 1 : 0);
  }
  auto resultType = ScalarType::get(getElementTypeOrSelf(op->getResult(op->getNumResults() - 1).getType()));
  SmallVector<TensorValue, 2> values;
  for (Type type : op->getResultTypes()) {
    values.push_back(context.allocate(op, getElementTypeOrSelf(type), shape));
    if (!values.back())
      return failure();
  }
  for (int64_t i = 0, n = values[0].getNumElements(); i < n; ++i) {
    Scalar in[3] = {}, out[2] = {};
    for (size_t j = 0; j < operands.size(); ++j)
      in[j] = types[j].load(operands[j].getRaw() + i * strides[j] * sizes[j]);
    if (!kernel->run(*kernel, in, out))
      return op->emitOpError() << "has undefined behaviour on its operands: expected a division by neither 0 nor, of the least value, -1";
    for (size_t j = 0; j < values.size(); ++j)
      (j == 0 ? kernel->out : *resultType)
          .store(values[j].getMutableRaw() + i * TensorValue::getElementSize(values[j].getElementType()), out[j]);
  }
  results.append(values.begin(), values.end());
  return success();
}

static LogicalResult evaluateConstant(arith::ConstantOp op, EvalContext &, ArrayRef<TensorValue>, SmallVectorImpl<TensorValue> &results) {
  TensorValue value = TensorValue::fromAttr(op.getValue());
  if (!value)
    return op->emitOpError() << "expected a number, dense<> of at most 2^32 equal elements, or a dense_resource<> whose blob is at hand";
  results.push_back(std::move(value));
  return success();
}

void graphopt::registerArithModels(DialectRegistry &registry) {
  registry.addExtension(+[](MLIRContext *context, arith::ArithDialect *) {
    using namespace arith;
    ConstantOp::attachInterface<FunctionModel<ConstantOp, evaluateConstant>>(*context);
    attachKernels<AddFOp, SubFOp, MulFOp, DivFOp, RemFOp, MaximumFOp, MinimumFOp, MaxNumFOp, MinNumFOp, NegFOp, ExtFOp, TruncFOp, FPToSIOp,
                  FPToUIOp, SIToFPOp, UIToFPOp, AddIOp, SubIOp, MulIOp, AndIOp, OrIOp, XOrIOp, MaxSIOp, MinSIOp, MaxUIOp, MinUIOp, ExtSIOp,
                  ExtUIOp, TruncIOp, IndexCastOp, IndexCastUIOp, ShLIOp, ShRSIOp, ShRUIOp, DivSIOp, FloorDivSIOp, CeilDivSIOp, RemSIOp,
                  DivUIOp, RemUIOp, CeilDivUIOp, BitcastOp, SelectOp, AddUIExtendedOp, MulSIExtendedOp, MulUIExtendedOp, CmpFOp, CmpIOp>(
        context);
  });
}
