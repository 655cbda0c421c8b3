//===- Rules.cpp - what the families share --------------------------------===//
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace graphopt;

void graphopt::registerOnnxRules(ImportRules &rules) {
  registerOnnxActivationRules(rules);
  registerOnnxArithmeticRules(rules);
  registerOnnxAttentionRules(rules);
  registerOnnxConvolutionRules(rules);
  registerOnnxCreationRules(rules);
  registerOnnxDecoderRules(rules);
  registerOnnxGridSampleRules(rules);
  registerOnnxLearningRules(rules);
  registerOnnxLinearAttentionRules(rules);
  registerOnnxLinearRules(rules);
  registerOnnxLossRules(rules);
  registerOnnxNormRules(rules);
  registerOnnxOptimiserRules(rules);
  registerOnnxPadRules(rules);
  registerOnnxPartRules(rules);
  registerOnnxPoolRules(rules);
  registerOnnxQuantizeRules(rules);
  registerOnnxQuantizedRules(rules);
  registerOnnxRandomRules(rules);
  registerOnnxRecurrentRules(rules);
  registerOnnxReductionRules(rules);
  registerOnnxResizeRules(rules);
  registerOnnxSequenceRules(rules);
  registerOnnxShapeRules(rules);
  registerOnnxSpectralRules(rules);
  registerOnnxTfIdfRules(rules);
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

/// The value of a small weight that stays as it is: lists of floating-point numbers are imported as weights. Null for anything else.
static DenseElementsAttr weightOf(Value tensor) {
  auto read = tensor.getDefiningOp<ParameterReadOpInterface>();
  auto parameter = read ? SymbolTable::lookupNearestSymbolFrom<ParameterOpInterface>(read, read.getParameterName()) : nullptr;
  return parameter && !parameter.isMutableParameter() ? dyn_cast<DenseElementsAttr>(parameter.getParameterValue()) : nullptr;
}

FailureOr<SmallVector<double>> onnx::numbers(const ImportCall &call, StringRef arg) {
  auto fail = [&]() { return emitError(call.loc) << "'" << call.name << "': expected known numbers as argument '" << arg << "'"; };
  SmallVector<double> found;
  if (const Value *tensor = call[arg].get<Value>()) {
    auto elements = knownElements(*tensor);
    if (DenseElementsAttr weight = weightOf(*tensor); weight && !elements)
      elements.emplace(weight.value_begin<Attribute>(), weight.value_end<Attribute>());
    for (OpFoldResult element : elements ? *elements : SmallVector<OpFoldResult>())
      if (auto number = knownNumber(element))
        found.push_back(*number);
    if (!elements || found.size() != elements->size())
      return fail();
    return found;
  }
  const auto *list = call[arg].get<std::vector<ImportArg>>();
  if (!list)
    return fail();
  for (const ImportArg &element : *list) {
    if (!element.get<double>())
      return fail();
    found.push_back(*element.get<double>());
  }
  return found;
}

FailureOr<SmallVector<int64_t>> onnx::axesInOrder(const ImportCall &call, StringRef arg, int64_t rank) {
  if (!call.has(arg))
    return llvm::to_vector(llvm::seq<int64_t>(0, rank));
  auto axes = call.integers(arg);
  if (failed(axes))
    return failure();
  for (int64_t &axis : *axes) {
    axis += axis < 0 ? rank : 0;
    if (axis < 0 || axis >= rank || llvm::count(*axes, axis) > 1)
      return emitError(call.loc) << "'" << call.name << "': expected axes in [" << -rank << ", " << rank << "), none twice";
  }
  return axes;
}

Value onnx::asMatrix(const ImportCall &call, Value x, int64_t axis) {
  SmallVector<OpFoldResult> sizes = sizesOf(call, x);
  return aten::reshape(call, x, {product(call, ArrayRef(sizes).take_front(axis)), product(call, ArrayRef(sizes).drop_front(axis))});
}
