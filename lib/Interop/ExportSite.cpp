//===- ExportSite.cpp - what export rules write with ----------------------===//
#include "Interop/GraphExporter.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;

Type ExportSite::elementOf(Type type) {
  Type element = getElementTypeOrSelf(type);
  return element.isIndex() ? Type(IntegerType::get(type.getContext(), 64)) : element;
}

ForeignValue ExportSite::operator[](Value value) const { return value ? state.values.lookup(value) : ForeignValue(); }

const TensorValue *ExportSite::findConstant(ForeignValue value) const { return state.findConstant(value); }

ForeignValue ExportSite::constant(const TensorValue &value) {
  constexpr int64_t maxShared = 1024;
  if (value.getByteSize() > maxShared)
    return state.addConstant(value, "", /*isParameter=*/false);
  std::string key;
  llvm::raw_string_ostream(key) << value.getType() << StringRef(value.getRaw(), value.getByteSize());
  ForeignValue &known = state.smallConstants[key];
  if (!known)
    known = state.addConstant(value, "", /*isParameter=*/false);
  return known;
}

bool ExportSite::areInRange(Value x, int64_t axis, Value indices) const {
  const TensorValue *known = findConstant((*this)[indices]);
  int64_t size = cast<RankedTensorType>(x.getType()).getDimSize(axis);
  auto isInRange = [&](int64_t i) { return known->getAsInt(i) >= -size && known->getAsInt(i) < size; };
  return known && !ShapedType::isDynamic(size) && llvm::all_of(llvm::seq(known->getNumElements()), isInRange);
}

LogicalResult ExportSite::yield(ArrayRef<ForeignValue> values) {
  if (values.size() != op->getNumResults())
    return op->emitOpError() << "expected a rule that gives " << op->getNumResults() << " values, got " << values.size();
  StringRef name = nameOfNode(op->getLoc());
  for (auto [result, value] : llvm::zip(op->getResults(), values)) {
    state.values[result] = value;
    if (!value)
      continue;
    if (std::string &hint = state.model.hints[value.number]; hint.empty() && op->getNumResults() == 1)
      hint = name.empty() ? op->getName().stripDialect().str() : name.str();
  }
  return success();
}

LogicalResult ExportSite::decline(const Twine &why) {
  declined = true;
  reason = why.str();
  return failure();
}

void ExportSite::bind(Value ours, ForeignValue value) { state.values[ours] = value; }
ForeignValue ExportSite::input(Type type) {
  ForeignValue value = state.makeValue(elementOf(type));
  state.model.inputTypes[value.number] = type;
  return value;
}
ForeignValue ExportSite::input(ForeignValue outer) {
  std::string hint = state.model.hints[outer.number]; // which makeValue moves
  return state.makeValue(outer.element, hint);
}
LogicalResult ExportSite::exportBlock(Block &block) { return state.exportBlock(block); }

FailureOr<std::shared_ptr<ForeignGraph>> ExportSite::nest(llvm::function_ref<LogicalResult(ForeignGraph &)> fill) {
  auto nested = std::make_shared<ForeignGraph>();
  ForeignGraph *outer = std::exchange(state.graph, nested.get());
  state.around.push_back(outer);
  LogicalResult result = fill(*nested);
  state.around.pop_back();
  state.graph = outer;
  if (failed(result))
    return failure();
  return nested;
}

SmallVector<ForeignValue> ExportSite::add(StringRef operation, std::vector<ForeignArg> args, std::vector<NamedForeignArg> named,
                                          ArrayRef<Type> elements) {
  ForeignNode node{operation.str(), std::move(args), std::move(named), {}, nameOfNode(op->getLoc()).str()};
  for (Type element : elements)
    node.results.push_back(state.makeValue(element));
  SmallVector<ForeignValue> results(node.results.begin(), node.results.end());
  state.graph->nodes.push_back(std::move(node));
  return results;
}

//===--- ONNX -------------------------------------------------------------===//

ForeignValue OnnxExport::operator()(StringRef operation, const std::vector<ForeignValue> &inputs, std::vector<NamedForeignArg> attributes,
                                    Type element) {
  return many(operation, inputs, std::move(attributes), {element ? element : inputs.front().element}).front();
}

ForeignValue OnnxExport::test(StringRef operation, const std::vector<ForeignValue> &inputs) {
  return (*this)(operation, inputs, {}, IntegerType::get(op->getContext(), 1));
}

SmallVector<ForeignValue> OnnxExport::many(StringRef operation, const std::vector<ForeignValue> &inputs,
                                           std::vector<NamedForeignArg> attributes, ArrayRef<Type> elements) {
  std::vector<ForeignArg> args(inputs.begin(), inputs.end());
  while (!args.empty() && std::holds_alternative<std::monostate>(args.back().value))
    args.pop_back(); // runtimes tell an input that is left out at the end from an empty one
  return add(operation, std::move(args), std::move(attributes), elements);
}

ForeignValue OnnxExport::cast(ForeignValue x, Type element) {
  return x.element == element ? x : (*this)("Cast", {x}, {{"to", element}}, element);
}

ForeignValue OnnxExport::wide(ForeignValue x) {
  Builder b(op->getContext());
  unsigned width = x.element.getIntOrFloatBitWidth();
  if (x.element.isBF16())
    return cast(x, b.getF32Type());
  if (x.isFloat() || x.isTruth() || width == 64)
    return x;
  return cast(x, width < 32 ? b.getI32Type() : x.element.isUnsignedInteger() ? b.getI64Type() : x.element);
}

ForeignValue OnnxExport::comparable(ForeignValue x) { return x.isTruth() ? cast(x, IntegerType::get(op->getContext(), 32)) : wide(x); }

ForeignValue OnnxExport::number(double value, Type element) {
  auto type = RankedTensorType::get({}, element);
  auto integer = dyn_cast<IntegerType>(element);
  Attribute attr = integer ? Attribute(IntegerAttr::get(element, APInt(integer.getWidth(), static_cast<int64_t>(value), /*isSigned=*/true,
                                                                       /*implicitTrunc=*/true)))
                           : FloatAttr::get(element, value);
  return constant(TensorValue::fromAttr(ElementsAttr(DenseElementsAttr::get(type, attr))));
}

ForeignValue OnnxExport::integer(int64_t value) {
  TensorValue tensor(IntegerType::get(op->getContext(), 64), {});
  tensor.getMutable<int64_t>()[0] = value;
  return constant(tensor);
}

ForeignValue OnnxExport::integers(ArrayRef<int64_t> values) {
  TensorValue tensor(IntegerType::get(op->getContext(), 64), {static_cast<int64_t>(values.size())});
  llvm::copy(values, tensor.getMutable<int64_t>().begin());
  return constant(tensor);
}

ForeignValue OnnxExport::size(OpFoldResult size) {
  std::optional<int64_t> known = getConstantIntValue(size);
  return known ? integer(*known) : (*this)[llvm::cast<Value>(size)];
}

ForeignValue OnnxExport::sizes(ArrayRef<OpFoldResult> sizes) {
  if (std::optional<SmallVector<int64_t>> known = getConstantIntValues(sizes))
    return integers(*known);
  return stack(llvm::map_to_vector(sizes, [&](OpFoldResult each) { return size(each); }));
}

ForeignValue OnnxExport::stack(ArrayRef<ForeignValue> scalars) {
  std::vector<ForeignValue> parts;
  for (ForeignValue scalar : scalars) {
    const TensorValue *known = findConstant(scalar);
    parts.push_back(known ? constant(known->reshaped({1})) : (*this)("Unsqueeze", {scalar, integers({0})}));
  }
  return parts.size() == 1 ? parts.front() : (*this)("Concat", parts, {{"axis", 0}});
}

ForeignValue OnnxExport::shape(ForeignValue x, int64_t start, std::optional<int64_t> end) {
  std::vector<NamedForeignArg> range;
  if (start != 0)
    range.push_back({"start", start});
  if (end)
    range.push_back({"end", *end});
  return (*this)("Shape", {x}, range, IntegerType::get(op->getContext(), 64));
}

ForeignValue OnnxExport::positions(Value x, int64_t axis, Value indices) {
  ForeignValue wide = positions((*this)[indices]);
  if (areInRange(x, axis, indices))
    return wide;
  int64_t size = llvm::cast<RankedTensorType>(x.getType()).getDimSize(axis);
  if (!ShapedType::isDynamic(size))
    return (*this)("Clip", {wide, integer(-size), integer(size - 1)});
  ForeignValue end = (*this)("Squeeze", {shape((*this)[x], axis, axis + 1)});
  return (*this)("Clip", {wide, (*this)("Neg", {end}), (*this)("Sub", {end, integer(1)})});
}

LogicalResult OnnxExport::yield(ArrayRef<ForeignValue> values) {
  SmallVector<ForeignValue> typed;
  for (auto [i, value] : llvm::enumerate(values))
    typed.push_back(i < op->getNumResults() ? cast(value, elementOf(op->getResult(i).getType())) : value);
  return ExportSite::yield(typed);
}

//===--- ATen -------------------------------------------------------------===//

ForeignValue AtenExport::operator()(StringRef overload, std::vector<ForeignArg> args, std::vector<NamedForeignArg> keywords, Type element) {
  for (const ForeignArg &arg : args)
    if (const auto *value = arg.get<ForeignValue>(); value && !element)
      element = value->element;
  return add(("aten." + overload).str(), std::move(args), std::move(keywords), {element}).front();
}

ForeignValue AtenExport::part(ForeignValue results, int64_t index, Type element) {
  return add("operator.getitem", {results, index}, {}, {element}).front();
}

ForeignArg AtenExport::size(OpFoldResult size) {
  if (std::optional<int64_t> known = getConstantIntValue(size))
    return *known;
  return (*this)[llvm::cast<Value>(size)];
}

ForeignArg AtenExport::sizes(ArrayRef<OpFoldResult> sizes) {
  ForeignArg::List list;
  for (OpFoldResult each : sizes)
    list.push_back(size(each));
  return list;
}

ForeignArg AtenExport::dim(Value tensor, int64_t axis) {
  auto type = cast<RankedTensorType>(tensor.getType());
  if (!type.isDynamicDim(axis))
    return type.getDimSize(axis);
  return (*this)("sym_size.int", {(*this)[tensor], axis}, {}, IntegerType::get(op->getContext(), 64));
}

ForeignArg AtenExport::compute(StringRef operation, const ForeignArg::List &numbers) {
  const auto *x = numbers.front().get<int64_t>(), *y = numbers.back().get<int64_t>();
  if (x && y && operation == "add")
    return *x + *y;
  if (x && y && operation == "sub")
    return *x - *y;
  if (x && y && operation == "mul")
    return *x * *y;
  bool isSymbolic = llvm::is_contained({"max", "min", "ite"}, operation);
  return add(((isSymbolic ? "torch.sym_" : "operator.") + operation).str(), numbers, {}, {IntegerType::get(op->getContext(), 64)}).front();
}

ForeignValue AtenExport::positions(ForeignValue x) {
  Type wide = IntegerType::get(op->getContext(), 64);
  return x.element == wide ? x : (*this)("to.dtype", {x, wide}, {}, wide);
}

ForeignValue AtenExport::positions(Value x, int64_t axis, Value indices) {
  ForeignValue wide = positions((*this)[indices]);
  if (areInRange(x, axis, indices))
    return wide;
  ForeignArg size = dim(x, axis);
  return (*this)("clamp.default", {wide, compute("mul", {size, -1}), compute("sub", {size, 1})});
}

ForeignValue AtenExport::putAt(Value x, Value indices, Value updates, int64_t axis, bool accumulate) {
  ForeignArg::List places(axis);
  places.push_back(positions((*this)[indices]));
  return (*this)("index_put.default", {(*this)[x], places, (*this)[updates], accumulate});
}
