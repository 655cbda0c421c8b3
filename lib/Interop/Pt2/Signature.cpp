//===- Signature.cpp - names of sizes and results -------------------------===//
#include "Interop/Pt2/Signature.h"
#include "Interop/JsonDocument.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace graphopt;

std::optional<std::string> graphopt::bareSymbol(StringRef expression) {
  expression = expression.trim();
  auto isName = [](StringRef text) { return !text.empty() && all_of(text, [](char c) { return isAlnum(c) || c == '_'; }); };
  if (expression.consume_front("Symbol('")) {
    auto [name, assumptions] = expression.split('\'');
    bool isOne = assumptions.ends_with(")") && assumptions.count(')') == 1 && assumptions.count('(') == 0;
    return isOne && isName(name) ? std::optional(name.str()) : std::nullopt;
  }
  return isName(expression) && !isDigit(expression[0]) ? std::optional(expression.str()) : std::nullopt;
}

namespace {
/// Appends the names of the leaves below a node. The nesting was capped when the text was parsed.
void nameLeaves(const JsonValue &spec, const std::string &path, bool isNamed, std::vector<std::string> &names) {
  StringRef type = spec["type"].getString();
  if (type.empty()) {
    names.push_back(isNamed ? path : "out" + std::to_string(names.size()));
    return;
  }
  // The keys of a dict, or None for a list: JSON in a string.
  std::vector<std::string> keys;
  if (type.ends_with("dict") || type.ends_with("Dict")) {
    if (Expected<JsonDocument> context = JsonDocument::parse(spec["context"].getString(), "context"))
      for (const JsonValue &key : context->getRoot().elements)
        keys.push_back(key.isString() ? key.string : key.isInteger() ? std::to_string(key.integer) : "");
    else
      consumeError(context.takeError());
  }
  for (auto [i, child] : enumerate(spec["children_spec"].elements)) {
    std::string part = i < keys.size() && !keys[i].empty() ? keys[i] : std::to_string(i);
    nameLeaves(child, path.empty() ? part : path + "." + part, isNamed || i < keys.size(), names);
  }
}
} // namespace

std::vector<std::string> graphopt::outputNames(StringRef treespec) {
  std::vector<std::string> names;
  Expected<JsonDocument> spec = JsonDocument::parse(treespec, "out_spec");
  if (!spec)
    return consumeError(spec.takeError()), names;
  const JsonValue &root = spec->getRoot();
  if (root.elements.size() == 2 && root.elements[0].isInteger() && root.elements[0].integer == 1)
    nameLeaves(root.elements[1], "", false, names);
  return names;
}
