//===- Arguments.cpp - arguments and places of nodes ----------------------===//
#include "Interop/Pt2/GraphImporter.h"
#include "Interop/Pt2/Pt2Archive.h"
#include "llvm/ADT/StringExtras.h"
#include <cmath>

using namespace mlir;
using namespace graphopt;

namespace {
/// JSON has no infinities and NaN: the schema writes them as strings.
std::optional<double> readFloat(const JsonValue &value) {
  if (value.isInteger() || value.kind == JsonValue::Kind::number)
    return value.number;
  StringRef text = value.getString();
  if (text == "Infinity" || text == "inf")
    return std::numeric_limits<double>::infinity();
  if (text == "-Infinity" || text == "-inf")
    return -std::numeric_limits<double>::infinity();
  if (text == "NaN" || text == "nan")
    return std::numeric_limits<double>::quiet_NaN();
  return std::nullopt;
}
} // namespace

FailureOr<ImportArg> GraphImporter::readArgument(const JsonValue &argument, Scope &scope, Refusal &refusal) {
  if (argument.members.size() != 1) {
    refusal.message = "expected a value of one kind, got " + argument.describe();
    return failure();
  }
  StringRef kind = argument.members[0].first;
  const JsonValue &value = argument.members[0].second;
  auto lookUp = [&](const JsonValue &name) -> FailureOr<ImportArg> {
    StringRef first = scope.first(name.string);
    if (scope.stale.contains(first))
      refresh(first, scope);
    if (Value known = scope.lookup(first))
      return ImportArg{known};
    refusal.message = "expected the name of a value, got " + name.describe();
    return failure();
  };
  auto mismatch = [&]() -> FailureOr<ImportArg> {
    refusal.message = ("expected a value of kind '" + kind + "', got " + value.describe()).str();
    return failure();
  };
  /// Each element of a list, as `kind` of one element.
  auto list = [&](StringRef elementKind) -> FailureOr<ImportArg> {
    std::vector<ImportArg> elements;
    for (const JsonValue &element : value.elements) {
      JsonValue wrapped;
      wrapped.kind = JsonValue::Kind::object;
      wrapped.members.push_back({elementKind.str(), element});
      FailureOr<ImportArg> read = readArgument(wrapped, scope, refusal);
      if (failed(read))
        return failure();
      elements.push_back(std::move(*read));
    }
    return value.isArray() ? FailureOr<ImportArg>(ImportArg{std::move(elements)}) : mismatch();
  };

  if (kind == "as_none")
    return ImportArg();
  if (kind == "as_tensor")
    return lookUp(value["name"]);
  if (kind == "as_optional_tensor" || kind == "as_sym_int" || kind == "as_sym_float" || kind == "as_sym_bool") {
    if (const JsonValue &name = value["as_name"]; name.isString())
      return lookUp(name);
    return readArgument(value, scope, refusal); // as_tensor, as_none, as_int, as_float or as_bool
  }
  if (kind == "as_int")
    return value.isInteger() ? FailureOr<ImportArg>(ImportArg{value.integer}) : mismatch();
  if (kind == "as_bool")
    return value.isBoolean() ? FailureOr<ImportArg>(ImportArg{value.boolean}) : mismatch();
  if (kind == "as_string")
    return value.isString() ? FailureOr<ImportArg>(ImportArg{value.string}) : mismatch();
  if (kind == "as_float") {
    std::optional<double> number = readFloat(value);
    return number ? FailureOr<ImportArg>(ImportArg{*number}) : mismatch();
  }
  if (kind == "as_scalar_type") {
    Type type = value.isInteger() ? pt2ElementType(value.integer, builder.getContext()) : Type();
    if (type)
      return ImportArg{type};
    refusal = {"expected a supported dtype, got code " + value.describe(), /*isUnsupported=*/true};
    return failure();
  }
  if (kind == "as_layout") {
    if (value.isInteger() && value.integer == 7)
      return ImportArg();
    refusal = {"expected a strided layout, got code " + value.describe(), /*isUnsupported=*/true};
    return failure();
  }
  // Where a tensor lies and how it is laid out are decisions of ours.
  if (kind == "as_device" || kind == "as_memory_format")
    return ImportArg();
  for (auto [plural, singular] : {std::pair<StringRef, StringRef>("as_tensors", "as_tensor"),
                                  {"as_ints", "as_int"},
                                  {"as_floats", "as_float"},
                                  {"as_bools", "as_bool"},
                                  {"as_strings", "as_string"},
                                  {"as_sym_ints", "as_sym_int"},
                                  {"as_sym_floats", "as_sym_float"},
                                  {"as_sym_bools", "as_sym_bool"},
                                  {"as_optional_tensors", "as_optional_tensor"},
                                  {"as_nested_tensors", "as_tensors"},
                                  {"as_int_lists", "as_ints"},
                                  {"as_float_lists", "as_floats"}})
    if (kind == plural)
      return list(singular);
  refusal = {("values of kind '" + kind + "' are not supported").str(), /*isUnsupported=*/true};
  return failure();
}

//===--- Places -----------------------------------------------------------===//

std::pair<std::string, unsigned> graphopt::sourceOf(const JsonValue &node) {
  // Frames are `File "<path>", line <n>, in <function>`, the innermost last. The last one outside of torch is the user's.
  std::pair<std::string, unsigned> user, last;
  StringRef rest = node["metadata"]["stack_trace"].getString();
  while (!rest.empty()) {
    auto [line, next] = rest.split('\n');
    rest = next;
    line = line.ltrim();
    if (!line.consume_front("File \""))
      continue;
    auto [path, place] = line.split('"');
    unsigned number;
    if (!place.consume_front(", line ") || place.consumeInteger(10, number))
      continue;
    // Files of packages go by their name in the package, the same on every machine.
    if (size_t at = path.rfind("site-packages/"); at != StringRef::npos)
      path = path.drop_front(at + strlen("site-packages/"));
    last = {path.str(), number};
    if (!path.starts_with("torch/") && !path.starts_with("<"))
      user = last;
  }
  return user.first.empty() ? last : user;
}

Location GraphImporter::locate(const JsonValue &node) {
  MLIRContext *context = builder.getContext();
  Location loc = UnknownLoc::get(context);
  if (auto [file, line] = sourceOf(node); !file.empty())
    loc = FileLineColLoc::get(context, file, line, 0);
  // "L__self__,,Model;L__self__fc1,fc1,torch.nn.modules.linear.Linear": the path is the second part of the last entry.
  StringRef module = node["metadata"]["nn_module_stack"].getString().rsplit(';').second;
  if (StringRef path = module.split(',').second.split(',').first; !path.empty())
    loc = NameLoc::get(StringAttr::get(context, path), loc);
  StringRef name = node["name"].getString();
  if (name.empty() && !node["outputs"].elements.empty()) // before schema 8.12
    name = node["outputs"].elements[0]["as_tensor"]["name"].getString();
  return name.empty() ? loc : NameLoc::get(StringAttr::get(context, name), loc);
}
