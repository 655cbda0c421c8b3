//===- Rules.cpp - what the families share --------------------------------===//
#include "Interop/Onnx/Rules/Rules.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace graphopt;

void graphopt::registerOnnxRules(ImportRules &rules) {
  registerOnnxActivationRules(rules);
  registerOnnxArithmeticRules(rules);
  registerOnnxCreationRules(rules);
  registerOnnxLinearRules(rules);
  registerOnnxNormRules(rules);
  registerOnnxPartRules(rules);
  registerOnnxReductionRules(rules);
  registerOnnxShapeRules(rules);
  registerOnnxWindowRules(rules);
}

FailureOr<Type> onnx::elementTypeArg(const ImportCall &call, StringRef arg, Type absent) {
  if (!call.has(arg) && absent)
    return absent;
  FailureOr<int64_t> code = call.integer(arg);
  if (failed(code))
    return failure();
  if (*code == 0 && absent)
    return absent;
  if (Type type = onnx::elementType(*code, call.builder.getContext()))
    return type;
  return call.unsupported("elements of type " + elementTypeName(*code));
}

OpFoldResult onnx::product(const ImportCall &call, ArrayRef<OpFoldResult> sizes) {
  OpBuilder &b = call.builder;
  Value result = arith::ConstantIndexOp::create(b, call.loc, 1);
  for (OpFoldResult size : sizes)
    result = b.createOrFold<arith::MulIOp>(call.loc, result, getValueOrCreateConstantIndexOp(b, call.loc, size));
  return getAsOpFoldResult(result);
}

Value onnx::part(const ImportCall &call, Value x, int64_t axis, OpFoldResult start, OpFoldResult size) {
  SmallVector<OpFoldResult> sizes = sizesOf(call, x), starts(sizes.size(), call.builder.getIndexAttr(0));
  starts[axis] = start;
  sizes[axis] = size;
  return graph::SliceOp::create(call.builder, call.loc, x, starts, sizes, SmallVector<int64_t>(sizes.size(), 1));
}

Value onnx::asMatrix(const ImportCall &call, Value x, int64_t axis) {
  SmallVector<OpFoldResult> sizes = sizesOf(call, x);
  return aten::reshape(call, x, {product(call, ArrayRef(sizes).take_front(axis)), product(call, ArrayRef(sizes).drop_front(axis))});
}

Value onnx::alongChannels(const ImportCall &call, Value vector, int64_t rank) {
  SmallVector<OpFoldResult> sizes(rank, call.builder.getIndexAttr(1));
  sizes[1] = sizesOf(call, vector)[0];
  return aten::reshape(call, vector, sizes);
}
