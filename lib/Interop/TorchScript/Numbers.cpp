//===- Numbers.cpp - operators on numbers ---------------------------------===//
//
// Known numbers are worked out here, as Python does; those that depend on sizes and tensors become ops.
//
//===----------------------------------------------------------------------===//
#include "Interop/KnownElements.h"
#include "Interop/ScalarCalls.h"
#include "Interop/TorchScript/Evaluator.h"
#include "graph-opt/Failure.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/IR/Matchers.h"
#include "llvm/Support/MathExtras.h"
#include <cmath>

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;

namespace {
double asDouble(const Item &item) {
  if (const double *number = item.get<double>())
    return *number;
  return item.get<bool>() ? static_cast<double>(*item.get<bool>()) : static_cast<double>(*item.get<int64_t>());
}
int64_t asInteger(const Item &item) { return item.get<bool>() ? *item.get<bool>() : *item.get<int64_t>(); }

/// A comparison; nothing where it is none.
template <typename T> std::optional<bool> compare(StringRef op, T a, T b) {
  if (op == "eq" || op == "ne")
    return (a == b) == (op == "eq");
  if (op == "lt" || op == "ge")
    return op == "lt" ? a < b : a >= b;
  if (op == "gt" || op == "le")
    return op == "gt" ? a > b : a <= b;
  return std::nullopt;
}

int64_t floorDivide(int64_t a, int64_t b) { return a / b - (a % b != 0 && (a < 0) != (b < 0)); }

/// Nothing where the operator is unknown, or where 64 bits are too few.
std::optional<Item> ofIntegers(StringRef op, int64_t a, int64_t b) {
  int64_t result;
  if (op == "add" || op == "sub" || op == "mul") {
    bool overflows = op == "add"   ? llvm::AddOverflow(a, b, result)
                     : op == "sub" ? llvm::SubOverflow(a, b, result)
                                   : llvm::MulOverflow(a, b, result);
    return overflows ? std::nullopt : std::optional(Item{result});
  }
  bool divides = b != 0 && !(b == -1 && a == std::numeric_limits<int64_t>::min());
  if ((op == "floordiv" || op == "floor_divide") && divides)
    return Item{floorDivide(a, b)};
  if (op == "remainder" && divides)
    return Item{a - floorDivide(a, b) * b};
  if (op == "div" && b != 0)
    return Item{static_cast<double>(a) / static_cast<double>(b)};
  if (op == "min" || op == "max")
    return Item{op == "min" ? std::min(a, b) : std::max(a, b)};
  if (op == "__and__" || op == "__or__" || op == "__xor__")
    return Item{op == "__and__" ? a & b : op == "__or__" ? a | b : a ^ b};
  if (op == "pow" && b >= 0 && b < 64) {
    result = 1;
    for (int64_t i = 0; i < b; ++i)
      if (llvm::MulOverflow(result, a, result))
        return std::nullopt;
    return Item{result};
  }
  return std::nullopt;
}

std::optional<Item> ofFloats(StringRef op, double a, double b) {
  if (op == "add" || op == "sub")
    return Item{op == "add" ? a + b : a - b};
  if (op == "mul")
    return Item{a * b};
  if (op == "div" && b != 0)
    return Item{a / b};
  if (op == "floordiv" && b != 0)
    return Item{std::floor(a / b)};
  if (op == "pow")
    return Item{std::pow(a, b)};
  if (op == "min" || op == "max")
    return Item{op == "min" ? std::min(a, b) : std::max(a, b)};
  return std::nullopt;
}

std::optional<Item> ofOne(StringRef op, const Item &item) {
  if (op == "__not__")
    return Item{asDouble(item) == 0};
  bool isFloat = item.get<double>() != nullptr;
  double x = asDouble(item);
  if (op == "neg" || op == "abs") {
    if (isFloat)
      return Item{op == "neg" ? -x : std::abs(x)};
    int64_t integer = asInteger(item);
    if (integer == std::numeric_limits<int64_t>::min())
      return std::nullopt;
    return Item{op == "neg" ? -integer : std::abs(integer)};
  }
  if (op == "sqrt" || op == "log" || op == "exp")
    return Item{op == "sqrt" ? std::sqrt(x) : op == "log" ? std::log(x) : std::exp(x)};
  if (op == "floor" || op == "ceil") {
    double whole = op == "floor" ? std::floor(x) : std::ceil(x);
    return std::abs(whole) < 0x1p62 ? std::optional(Item{static_cast<int64_t>(whole)}) : std::nullopt;
  }
  return std::nullopt;
}
} // namespace

Item Evaluator::fromValue(Value value) {
  TypedAttr constant;
  if (!matchPattern(value, m_Constant(&constant)))
    return Item{value};
  if (auto number = dyn_cast<FloatAttr>(constant))
    return Item{number.getValueAsDouble()};
  auto integer = cast<IntegerAttr>(constant);
  return value.getType().isInteger(1) ? Item{!integer.getValue().isZero()} : Item{integer.getInt()};
}

std::optional<FailureOr<Item>> Evaluator::callOfNumbers(StringRef op, ArrayRef<Item> operands, Location loc) {
  if (op == "Int" || op == "Float" || op == "Bool")
    return operands.size() == 1 ? std::optional(toNumber(operands[0], llvm::toLower(op.front()), loc)) : std::nullopt;
  if (op == "__range_length" && operands.size() == 3) {
    auto low = toInteger(operands[0], "a bound", loc), high = toInteger(operands[1], "a bound", loc),
         step = toInteger(operands[2], "a step", loc);
    if (failed(low) || failed(high) || failed(step))
      return failure();
    if (*step == 0)
      return emitError(loc) << "expected a step that is not 0";
    double count = std::ceil((static_cast<double>(*high) - static_cast<double>(*low)) / static_cast<double>(*step));
    return Item{static_cast<int64_t>(std::clamp(count, 0.0, 0x1p62))};
  }
  if (op == "__derive_index" && operands.size() == 3) {
    std::optional<Result> distance = callOfNumbers("mul", {operands[0], operands[2]}, loc);
    if (failed(*distance))
      return failure();
    return callOfNumbers("add", {operands[1], **distance}, loc);
  }
  if ((op == "__and__" || op == "__or__") && operands.size() == 2) // one that decides, or that does not matter
    for (unsigned i : {0, 1})
      if (const bool *truth = operands[i].get<bool>(); truth && operands[1 - i].get<Value>())
        return *truth == (op == "__or__") ? operands[i] : operands[1 - i];
  if (llvm::any_of(operands, [](const Item &item) { return item.get<Value>() != nullptr; })) {
    static constexpr StringRef known[] = {"add",   "sub",  "mul",  "div",     "floordiv", "floor_divide", "remainder", "eq",
                                          "ne",    "lt",   "le",   "gt",      "ge",       "neg",          "min",       "max",
                                          "floor", "ceil", "sqrt", "__and__", "__or__",   "__not__"};
    return llvm::is_contained(known, op) ? std::optional(callOfSizes(op, operands, loc)) : std::nullopt;
  }
  std::optional<Item> result;
  if (operands.size() == 1)
    result = ofOne(op, operands[0]);
  if (operands.size() == 2) {
    bool isFloat = operands[0].get<double>() || operands[1].get<double>();
    bool areTruths = operands[0].get<bool>() && operands[1].get<bool>();
    if (auto holds = isFloat ? compare(op, asDouble(operands[0]), asDouble(operands[1]))
                             : compare(op, asInteger(operands[0]), asInteger(operands[1])))
      return Item{*holds};
    result = isFloat ? ofFloats(op, asDouble(operands[0]), asDouble(operands[1]))
                     : ofIntegers(op, asInteger(operands[0]), asInteger(operands[1]));
    if (result && areTruths && op.starts_with("__"))
      result = Item{*result->get<int64_t>() != 0};
    if (!result && llvm::is_contained({"add", "sub", "mul", "div", "floordiv", "remainder", "pow"}, op))
      return emitError(loc) << "expected numbers that '" << op << "' has a result of for, got " << operands[0].describe() << " and "
                            << operands[1].describe();
  }
  return result ? std::optional<Result>(*result) : std::nullopt;
}

FailureOr<Item> Evaluator::callOfSizes(StringRef op, ArrayRef<Item> operands, Location loc) {
  static const llvm::StringMap<StringRef> names = {{"div", "truediv"}, {"remainder", "mod"}, {"__and__", "and_"},
                                                   {"__or__", "or_"},  {"__not__", "not_"},  {"floor_divide", "floordiv"}};
  auto found = names.find(op);
  ImportCall call(builder, loc, ("_operator." + (found == names.end() ? op : found->second)).str());
  for (const Item &operand : operands) {
    ImportArg argument;
    if (const Value *value = operand.get<Value>())
      argument.value = *value;
    else if (const double *number = operand.get<double>())
      argument.value = *number;
    else
      argument.value = asInteger(operand);
    call.args.push_back({std::to_string(call.args.size()), argument});
  }
  Value value = importScalar(call);
  return value ? Result(fromValue(value)) : Result(failure());
}

FailureOr<Item> Evaluator::toNumber(const Item &item, char kind, Location loc) {
  if (Tensor *tensor = item.tensor()) {
    Value value = read(*tensor, loc);
    if (!value)
      return failure();
    if (auto elements = knownElements(value); elements && elements->size() == 1) {
      bool isTruth = getElementTypeOrSelf(value.getType()).isInteger(1);
      if (auto integer = knownInteger(elements->front()))
        return toNumber(isTruth ? Item{*integer != 0} : Item{*integer}, kind, loc);
      if (auto number = knownNumber(elements->front()))
        return toNumber(Item{*number}, kind, loc);
      if (OpFoldResult size = isTruth ? OpFoldResult() : asIndex(builder, loc, elements->front()))
        return toNumber(fromValue(cast<Value>(size)), kind, loc);
    }
    ImportCall call(builder, loc, "aten.item.default");
    call.args.push_back({"self", ImportArg{value}});
    const ImportRule *rule = rules.findAten("item.default");
    if (!rule || failed((*rule)(call)))
      return failure();
    return toNumber(fromValue(call.getResults()[0]), kind, loc);
  }
  if (const StringRef *text = item.get<StringRef>()) {
    int64_t integer;
    double number;
    if (kind == 'i' ? !text->getAsInteger(10, integer) : !text->getAsDouble(number))
      return kind == 'i' ? Item{integer} : Item{number};
  }
  if (!item.isNumber())
    return emitError(loc) << "expected a number or a tensor of one element, got " << item.describe();
  if (kind == 's')
    return item;
  if (const Value *value = item.get<Value>()) {
    if (kind == 'i' ? value->getType().isIndex() : kind == 'f' ? value->getType().isF64() : value->getType().isInteger(1))
      return item;
    if (kind == 'b')
      return callOfSizes("ne", {item, Item{int64_t(0)}}, loc);
    return callOfSizes(kind == 'i' ? "int" : "float", {item}, loc);
  }
  if (kind == 'f')
    return Item{asDouble(item)};
  if (kind == 'b')
    return Item{asDouble(item) != 0};
  if (const double *number = item.get<double>()) {
    if (!(std::abs(*number) < 0x1p63))
      return emitError(loc) << "expected a number that an integer of 64 bits holds, got " << *number;
    return Item{static_cast<int64_t>(*number)};
  }
  return Item{asInteger(item)};
}

FailureOr<int64_t> Evaluator::toInteger(const Item &item, StringRef what, Location loc) {
  if (item.get<int64_t>() || item.get<bool>())
    return asInteger(item);
  if (item.tensor()) {
    Result number = toNumber(item, 'i', loc);
    return failed(number) ? FailureOr<int64_t>(failure()) : toInteger(*number, what, loc);
  }
  if (item.get<Value>())
    return unsupported(loc, what, "expected one that is known at import");
  return emitError(loc) << "expected " << what << ", got " << item.describe();
}

FailureOr<Item> Evaluator::makeTensor(const Arguments &arguments, bool isWide, Location loc) {
  SmallVector<Item> elements = {arguments.positional[0]};
  SmallVector<int64_t> sizes;
  while (!elements.empty() && elements[0].sequence()) {
    size_t size = elements[0].sequence()->elements.size();
    SmallVector<Item> inner;
    for (const Item &element : elements) {
      if (!element.sequence() || element.sequence()->elements.size() != size || sizes.size() >= limits.rank)
        return emitError(loc) << "expected nested lists of one length";
      inner.append(element.sequence()->elements.begin(), element.sequence()->elements.end());
    }
    if (failed(spend(inner.size(), loc)))
      return failure();
    sizes.push_back(static_cast<int64_t>(size));
    elements = std::move(inner);
  }
  bool isFloat = false, isTruth = !elements.empty();
  for (const Item &element : elements) {
    const Value *value = element.get<Value>();
    isFloat |= element.get<double>() || (value && value->getType().isF64());
    isTruth &= element.get<bool>() || (value && value->getType().isInteger(1));
  }
  Type type = isFloat   ? isWide ? Type(builder.getF64Type()) : Type(builder.getF32Type())
              : isTruth ? Type(builder.getI1Type())
                        : builder.getI64Type();
  for (const auto &[name, value] : arguments.named)
    if (const int64_t *code = value.get<int64_t>(); code && name == "dtype")
      type = scriptElementType(*code, builder.getContext());
  if (!type)
    return unsupported(loc, "tensor", "expected an element type that is supported");
  SmallVector<Value> parts;
  ImportCall call(builder, loc, "aten.tensor.default");
  for (const Item &element : elements) {
    FailureOr<ImportArg> argument = toArgument({"data", "s", false, {}}, element, loc);
    if (failed(argument))
      return failure();
    call.args = {{"data", *argument}};
    FailureOr<Value> part = call.tensorOrNumber("data", type);
    if (failed(part))
      return failure();
    parts.push_back(*part);
  }
  // All known elements make one constant.
  SmallVector<OpFoldResult> known;
  for (Value part : parts) {
    auto element = knownElements(part);
    known.push_back(element ? element->front() : OpFoldResult(part));
  }
  if (!llvm::all_of(known,
                    [](OpFoldResult element) { return isa<Attribute>(element) || !isa<RankedTensorType>(cast<Value>(element).getType()); }))
    return unsupported(loc, "tensor", "expected numbers that are known at import, or sizes");
  return Item{memory.make(fromElements(builder, loc, known, RankedTensorType::get(sizes, type)))};
}
