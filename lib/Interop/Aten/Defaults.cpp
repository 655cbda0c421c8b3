//===- Defaults.cpp - arguments of ATen operators and their defaults ------===//
#include "Interop/Pt2/GraphImporter.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace graphopt;

namespace {
struct Row {
  StringLiteral overload, arguments;
};
constexpr Row rows[] = {
#include "Interop/Aten/Defaults.inc"
};
} // namespace

StringRef graphopt::atenArguments(StringRef overload, bool &isKnown) {
  const Row *row = llvm::lower_bound(rows, overload, [](const Row &row, StringRef name) { return row.overload < name; });
  isKnown = row != std::end(rows) && row->overload == overload;
  return isKnown ? StringRef(row->arguments) : StringRef();
}

ImportArg graphopt::parseDefault(StringRef text) {
  int64_t integer;
  double number;
  if (text == "T" || text == "F")
    return {text == "T"};
  if (!text.getAsInteger(10, integer))
    return {integer};
  if (!text.getAsDouble(number))
    return {number};
  if (text.consume_front("'"))
    return {text.drop_back().str()};
  if (text.consume_front("[")) {
    std::vector<ImportArg> elements;
    for (StringRef element : llvm::split(text.drop_back(), ' '))
      if (!element.empty())
        elements.push_back(parseDefault(element));
    return {std::move(elements)};
  }
  return {}; // N
}
