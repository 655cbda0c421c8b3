//===- Attributes.cpp - attributes as Python's values ---------------------===//
#include "Editor.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinAttributes.h"

namespace nb = nanobind;
using namespace mlir;
using namespace graphopt;

Attribute python::toAttribute(MLIRContext *context, const std::string &name, nb::handle value) {
  Builder b(context);
  if (nb::isinstance<nb::bool_>(value))
    return nb::cast<bool>(value) ? b.getUnitAttr() : Attribute();
  if (nb::isinstance<nb::int_>(value))
    return b.getI64IntegerAttr(nb::cast<int64_t>(value));
  if (nb::isinstance<nb::float_>(value))
    return b.getF64FloatAttr(nb::cast<double>(value));
  if (nb::isinstance<nb::str>(value)) {
    std::string message, text = nb::cast<std::string>(value);
    ScopedDiagnosticHandler handler(context, [&](Diagnostic &diagnostic) {
      message += (message.empty() ? ": " : "") + diagnostic.str();
      return success();
    });
    if (Attribute attribute = parseAttribute(text, context))
      return attribute;
    throw Error("expected an attribute or a type for '" + name + "', got '" + text + "'" + message);
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
