//===- ImportCall.cpp - the arguments of a foreign operator ---------------===//
#include "Interop/KnownElements.h"
#include "graph-opt/Dialect/Graph/Ops/Cast.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "graph-opt/Failure.h"
#include "graph-opt/Interop/ImportRules.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"

using namespace mlir;
using namespace graphopt;

namespace {
std::string describe(const ImportArg &arg) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (arg.isNone())
    os << "nothing";
  else if (const Value *value = arg.get<Value>())
    os << "a value of type " << value->getType();
  else if (const int64_t *integer = arg.get<int64_t>())
    os << *integer;
  else if (const double *number = arg.get<double>())
    os << *number;
  else if (const bool *truth = arg.get<bool>())
    os << (*truth ? "true" : "false");
  else if (const std::string *string = arg.get<std::string>())
    os << "'" << *string << "'";
  else if (const Type *type = arg.get<Type>())
    os << "the type " << *type;
  else
    os << "a list";
  return text;
}

LogicalResult fail(const ImportCall &call, StringRef arg, StringRef expected) {
  return emitError(call.loc) << "'" << call.name << "': expected " << expected << " as argument '" << arg << "', got "
                             << describe(call[arg]);
}

bool isIndex(const Value *value) { return value && *value && value->getType().isIndex(); }

/// The elements of a tensor argument, where they are known; those of any other argument are itself.
std::optional<SmallVector<OpFoldResult>> elementsOf(const ImportArg &arg) {
  const Value *value = arg.get<Value>();
  return value && *value && isa<RankedTensorType>(value->getType()) ? knownElements(*value) : std::nullopt;
}
std::optional<OpFoldResult> onlyElement(const ImportArg &arg) {
  auto elements = elementsOf(arg);
  return elements && elements->size() == 1 ? std::optional(elements->front()) : std::nullopt;
}

/// A size: a constant or an index value; a null result where the argument is neither.
OpFoldResult asSize(OpBuilder &b, Location loc, const ImportArg &arg) {
  if (const int64_t *integer = arg.get<int64_t>())
    return sizeAttr(b, *integer);
  if (const bool *truth = arg.get<bool>())
    return b.getIndexAttr(*truth);
  if (auto element = onlyElement(arg))
    return asIndex(b, loc, *element);
  if (const Value *value = arg.get<Value>(); isIndex(value)) {
    if (std::optional<int64_t> constant = getConstantIntValue(*value))
      return sizeAttr(b, *constant);
    return *value;
  }
  return {};
}

/// A number, as an attribute of an element type; null where it has none.
TypedAttr asElement(OpBuilder &b, const ImportArg &arg, Type type) {
  const int64_t *integer = arg.get<int64_t>();
  const double *number = arg.get<double>();
  const bool *truth = arg.get<bool>();
  if (!integer && !number && !truth)
    return nullptr;
  int64_t whole = integer ? *integer : truth ? *truth : 0;
  if (isa<FloatType>(type))
    return b.getFloatAttr(type, number ? *number : static_cast<double>(whole));
  if (type.isInteger(1))
    return b.getIntegerAttr(type, number ? *number != 0 : whole != 0);
  // Saturating, as graph.cast does; NaN gives 0.
  if (number)
    whole = !(*number == *number) ? 0
            : *number >= 0x1p63   ? std::numeric_limits<int64_t>::max()
            : *number <= -0x1p63  ? std::numeric_limits<int64_t>::min()
                                  : static_cast<int64_t>(*number);
  unsigned width = type.getIntOrFloatBitWidth();
  return IntegerAttr::get(type, APInt(64, static_cast<uint64_t>(whole)).trunc(width));
}
} // namespace

const ImportArg &ImportCall::operator[](StringRef arg) const {
  static const ImportArg none;
  for (const auto &[name, value] : args)
    if (name == arg)
      return value;
  return none;
}

FailureOr<Value> ImportCall::tensor(StringRef arg) const {
  if (const Value *value = (*this)[arg].get<Value>(); value && *value && isa<RankedTensorType>(value->getType()))
    return *value;
  return fail(*this, arg, "a tensor");
}

FailureOr<SmallVector<Value>> ImportCall::tensors(StringRef arg) const {
  const auto *list = (*this)[arg].get<std::vector<ImportArg>>();
  if (!list)
    return fail(*this, arg, "a list of tensors");
  SmallVector<Value> values;
  for (const ImportArg &element : *list) {
    const Value *value = element.get<Value>();
    if (!value || !*value || !isa<RankedTensorType>(value->getType()))
      return fail(*this, arg, "a list of tensors");
    values.push_back(*value);
  }
  return values;
}

FailureOr<int64_t> ImportCall::integer(StringRef arg) const {
  const ImportArg &value = (*this)[arg];
  if (const int64_t *integer = value.get<int64_t>())
    return *integer;
  if (const bool *truth = value.get<bool>())
    return static_cast<int64_t>(*truth);
  if (auto element = onlyElement(value))
    if (std::optional<int64_t> integer = knownInteger(*element))
      return *integer;
  return fail(*this, arg, "an integer");
}

FailureOr<double> ImportCall::number(StringRef arg) const {
  const ImportArg &value = (*this)[arg];
  if (const double *number = value.get<double>())
    return *number;
  if (const int64_t *integer = value.get<int64_t>())
    return static_cast<double>(*integer);
  if (const bool *truth = value.get<bool>())
    return static_cast<double>(*truth);
  if (auto element = onlyElement(value))
    if (std::optional<double> number = knownNumber(*element))
      return *number;
  return fail(*this, arg, "a number");
}

FailureOr<bool> ImportCall::boolean(StringRef arg) const {
  const ImportArg &value = (*this)[arg];
  if (const bool *truth = value.get<bool>())
    return *truth;
  if (const int64_t *integer = value.get<int64_t>())
    return *integer != 0;
  if (auto element = onlyElement(value))
    if (std::optional<int64_t> integer = knownInteger(*element))
      return *integer != 0;
  return fail(*this, arg, "a truth value");
}

FailureOr<std::string> ImportCall::string(StringRef arg) const {
  if (const std::string *string = (*this)[arg].get<std::string>())
    return *string;
  return fail(*this, arg, "a string");
}

FailureOr<SmallVector<int64_t>> ImportCall::integers(StringRef arg) const {
  const ImportArg &value = (*this)[arg];
  if (const int64_t *integer = value.get<int64_t>())
    return SmallVector<int64_t>{*integer};
  SmallVector<int64_t> integers;
  if (auto elements = elementsOf(value)) {
    for (OpFoldResult element : *elements) {
      std::optional<int64_t> integer = knownInteger(element);
      if (!integer)
        return fail(*this, arg, "a list of integers");
      integers.push_back(*integer);
    }
    return integers;
  }
  const auto *list = value.get<std::vector<ImportArg>>();
  if (!list)
    return fail(*this, arg, "a list of integers");
  for (const ImportArg &element : *list) {
    const int64_t *integer = element.get<int64_t>();
    const bool *truth = element.get<bool>();
    if (!integer && !truth)
      return fail(*this, arg, "a list of integers");
    integers.push_back(integer ? *integer : *truth);
  }
  return integers;
}

FailureOr<OpFoldResult> ImportCall::size(StringRef arg) const {
  if (const Value *value = (*this)[arg].get<Value>(); value && *value && isa<RankedTensorType>(value->getType())) {
    FailureOr<SmallVector<OpFoldResult>> list = sizes(arg);
    if (failed(list))
      return failure();
    if (list->size() != 1)
      return fail(*this, arg, "a size");
    return list->front();
  }
  if (OpFoldResult size = asSize(builder, loc, (*this)[arg]))
    return size;
  return fail(*this, arg, "a size");
}

FailureOr<SmallVector<OpFoldResult>> ImportCall::sizes(StringRef arg) const {
  const ImportArg &value = (*this)[arg];
  SmallVector<OpFoldResult> sizes;
  if (const Value *tensor = value.get<Value>(); tensor && *tensor && isa<RankedTensorType>(tensor->getType())) {
    auto elements = elementsOf(value);
    if (!elements) // known when the model runs
      elements = extractElements(builder, loc, *tensor);
    for (OpFoldResult element : elements ? *elements : SmallVector<OpFoldResult>()) {
      sizes.push_back(asIndex(builder, loc, element));
      if (!sizes.back())
        return fail(*this, arg, "a list of sizes");
    }
    if (!elements)
      return fail(*this, arg, "a list of sizes whose length is known");
    return sizes;
  }
  if (OpFoldResult size = asSize(builder, loc, value))
    return SmallVector<OpFoldResult>{size};
  const auto *list = value.get<std::vector<ImportArg>>();
  if (!list)
    return fail(*this, arg, "a list of sizes");
  for (const ImportArg &element : *list) {
    OpFoldResult size = asSize(builder, loc, element);
    if (!size)
      return fail(*this, arg, "a list of sizes");
    sizes.push_back(size);
  }
  return sizes;
}

FailureOr<Type> ImportCall::elementType(StringRef arg) const {
  if (const Type *type = (*this)[arg].get<Type>())
    return *type;
  return fail(*this, arg, "an element type");
}

FailureOr<int64_t> ImportCall::axis(StringRef arg, int64_t rank) const {
  FailureOr<int64_t> axis = integer(arg);
  if (failed(axis))
    return failure();
  int64_t bound = std::max<int64_t>(rank, 1); // a scalar counts as having one axis
  if (*axis < -bound || *axis >= bound)
    return fail(*this, arg, ("an axis in [" + Twine(-bound) + ", " + Twine(bound) + ")").str());
  return *axis < 0 ? *axis + bound : *axis;
}

FailureOr<SmallVector<int64_t>> ImportCall::axes(StringRef arg, int64_t rank) const {
  SmallVector<int64_t> axes;
  if (has(arg)) {
    FailureOr<SmallVector<int64_t>> given = integers(arg);
    if (failed(given))
      return failure();
    axes = *given;
  }
  if (axes.empty())
    return llvm::to_vector(llvm::seq<int64_t>(0, rank));
  int64_t bound = std::max<int64_t>(rank, 1);
  for (int64_t &axis : axes) {
    if (axis < -bound || axis >= bound)
      return fail(*this, arg, ("axes in [" + Twine(-bound) + ", " + Twine(bound) + ")").str());
    axis += axis < 0 ? bound : 0;
  }
  llvm::sort(axes);
  axes.erase(llvm::unique(axes), axes.end());
  if (rank == 0)
    axes.clear();
  return axes;
}

FailureOr<Value> ImportCall::tensorOrNumber(StringRef arg, Type elementType) const {
  const ImportArg &value = (*this)[arg];
  if (TypedAttr element = asElement(builder, value, elementType)) {
    auto type = RankedTensorType::get({}, elementType);
    return graph::ConstantOp::create(builder, loc, type, DenseElementsAttr::get(type, Attribute(element))).getResult();
  }
  const Value *given = value.get<Value>();
  if (!given || !*given)
    return fail(*this, arg, "a tensor or a number");
  if (isa<RankedTensorType>(given->getType()))
    return cast(*given, elementType);
  Value scalar = *given; // a size, or a number that is computed from sizes
  if (scalar.getType().isIndex())
    scalar = arith::IndexCastOp::create(builder, loc, builder.getI64Type(), scalar);
  return cast(tensor::FromElementsOp::create(builder, loc, RankedTensorType::get({}, scalar.getType()), scalar), elementType);
}

Value ImportCall::cast(Value tensor, Type elementType) const {
  if (getElementTypeOrSelf(tensor.getType()) == elementType)
    return tensor;
  return graph::CastOp::create(builder, loc, tensor, elementType);
}

Type ImportCall::resultElementType(unsigned i) const {
  return i < resultTypes.size() && resultTypes[i] ? getElementTypeOrSelf(resultTypes[i]) : Type();
}

LogicalResult ImportCall::unsupported(const Twine &reason) const {
  return graphopt::emitError(loc, Failure::unsupportedOp) << "unsupported '" << name << "': " << reason;
}
