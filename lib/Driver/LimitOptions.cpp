//===- LimitOptions.cpp ---------------------------------------------------===//
#include "Driver/LimitOptions.h"
#include "graph-opt/GraphError.h"

using namespace llvm;
using namespace graphopt;

/// "raise a budget of files: nesting (512), rank (64) ...", on lines as wide as a terminal.
static std::string describe() {
  std::string text = "raise a budget of files; exit 5 says which one is short:", line;
  const std::string indent(33, ' ');
  for (const Limits::Info &info : Limits::all()) {
    std::string item = (info.name + " " + Twine(Limits().*info.member)).str() + (&info == &Limits::all().back() ? "" : ", ");
    if (line.size() + item.size() > 88) {
      text += "\n" + indent + line;
      line.clear();
    }
    line += item;
  }
  return text + "\n" + indent + line;
}

static StringRef description() {
  static const std::string text = describe();
  return text;
}

LimitOptions::LimitOptions()
    : limits("limit", cl::desc(description()), cl::value_desc("NAME=N")),
      nesting("max-nesting", cl::desc("the same as --limit=nesting=N"), cl::value_desc("N")) {}

Expected<Limits> LimitOptions::get() const {
  Limits result;
  if (nesting.getNumOccurrences())
    if (Error error = result.set("nesting=" + std::to_string(nesting)))
      return std::move(error);
  for (const std::string &text : limits)
    if (Error error = result.set(text))
      return std::move(error);
  return result;
}
