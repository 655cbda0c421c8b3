//===- Rules.cpp - what the families share --------------------------------===//
#include "Interop/Onnx/Rules/Rules.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace graphopt;

void graphopt::registerOnnxRules(ImportRules &rules) {
  registerOnnxActivationRules(rules);
  registerOnnxArithmeticRules(rules);
  registerOnnxAttentionRules(rules);
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

Value onnx::asMatrix(const ImportCall &call, Value x, int64_t axis) {
  SmallVector<OpFoldResult> sizes = sizesOf(call, x);
  return aten::reshape(call, x, {product(call, ArrayRef(sizes).take_front(axis)), product(call, ArrayRef(sizes).drop_front(axis))});
}

Value onnx::alongChannels(const ImportCall &call, Value vector, int64_t rank) {
  SmallVector<OpFoldResult> sizes(rank, call.builder.getIndexAttr(1));
  sizes[1] = sizesOf(call, vector)[0];
  return aten::reshape(call, vector, sizes);
}
