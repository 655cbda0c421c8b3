//===- Attributes.cpp - attributes as Python's values ---------------------===//
#include "Editor.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace nb = nanobind;
using namespace mlir;
using namespace graphopt;

static constexpr int64_t mostNesting = 512;

/// Runs MLIR's parser on a text; `what` is what the text should be.
template <typename Parse> static auto parseText(MLIRContext *context, const std::string &what, const std::string &text, Parse parse) {
  // The parser recurses, and is as deep as brackets are.
  int64_t depth = 0, most = 0;
  for (char c : text) {
    depth += StringRef("([{<").contains(c) ? 1 : StringRef(")]}>").contains(c) ? -1 : 0;
    most = std::max(most, depth);
  }
  if (most > mostNesting)
    throw python::Error("expected " + what + ", got a text of " + std::to_string(most) + " levels of brackets");
  std::string message;
  ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
    message += (message.empty() ? ": " : "; ") + diagnostic.str();
    return success();
  });
  if (auto parsed = parse(text))
    return parsed;
  throw python::Error("expected " + what + ", got '" + text + "'" + message);
}

Type python::toType(MLIRContext *context, const std::string &text) {
  return parseText(context, "a type", text, [&](const std::string &given) { return parseType(given, context); });
}

Attribute python::toAttribute(MLIRContext *context, const std::string &name, nb::handle value) {
  Builder b(context);
  if (nb::isinstance<nb::bool_>(value))
    return nb::cast<bool>(value) ? b.getUnitAttr() : Attribute();
  if (int64_t integer = 0; nb::isinstance<nb::int_>(value)) {
    if (!nb::try_cast(value, integer))
      throw Error("expected an integer of 64 bits for '" + name + "', got " + nb::cast<std::string>(nb::repr(value)));
    return b.getI64IntegerAttr(integer);
  }
  if (nb::isinstance<nb::float_>(value))
    return b.getF64FloatAttr(nb::cast<double>(value));
  if (std::string text; nb::isinstance<nb::str>(value)) {
    if (!nb::try_cast(value, text))
      throw Error("expected text for '" + name + "', got some that UTF-8 does not have");
    return parseText(context, "an attribute or a type for '" + name + "'", text,
                     [&](const std::string &given) { return parseAttribute(given, context); });
  }
  std::vector<int64_t> numbers;
  if ((nb::isinstance<nb::list>(value) || nb::isinstance<nb::tuple>(value)) && nb::try_cast(value, numbers))
    return b.getDenseI64ArrayAttr(numbers);
  throw Error("expected a bool, a number, integers or MLIR's text for '" + name + "', got " + nb::cast<std::string>(nb::repr(value)));
}

nb::object python::fromAttribute(Attribute attribute) {
  if (isa<UnitAttr>(attribute))
    return nb::bool_(true);
  if (auto integer = dyn_cast<IntegerAttr>(attribute); integer && integer.getType().isInteger(64))
    return nb::int_(integer.getInt());
  if (auto floating = dyn_cast<FloatAttr>(attribute); floating && floating.getType().isF64())
    return nb::float_(floating.getValueAsDouble());
  if (auto array = dyn_cast<DenseI64ArrayAttr>(attribute)) {
    nb::list numbers;
    for (int64_t number : array.asArrayRef())
      numbers.append(number);
    return std::move(numbers);
  }
  std::string text;
  llvm::raw_string_ostream(text) << attribute;
  return nb::str(text.c_str(), text.size());
}

std::vector<NamedAttribute> python::toAttributes(MLIRContext *context, const nb::dict &attributes) {
  std::vector<NamedAttribute> named;
  for (auto [key, value] : attributes) {
    auto name = nb::cast<std::string>(key);
    if (Attribute attribute = value.is_none() ? Attribute() : toAttribute(context, name, value))
      named.emplace_back(StringAttr::get(context, name), attribute);
  }
  return named;
}
