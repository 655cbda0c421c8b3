//===- Settings.cpp -------------------------------------------------------===//
#include "Training/Settings.h"
#include "graph-opt/GraphError.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include <cmath>

using namespace llvm;
using namespace graphopt;
using namespace graphopt::training;

static std::optional<double> readNumber(StringRef text) {
  if (text == "true" || text == "false")
    return text == "true";
  double number = 0;
  if (text.getAsDouble(number) || !std::isfinite(number))
    return std::nullopt;
  return number;
}

Expected<Settings> Settings::parse(StringRef owner, ArrayRef<Setting> known, ArrayRef<std::string> texts) {
  Settings settings;
  for (const Setting &setting : known)
    settings.values[setting.name] = setting.value;
  StringSet<> given;
  for (StringRef text : texts) {
    auto [name, value] = text.split('=');
    if (!settings.values.contains(name) || !given.insert(name).second)
      return makeError(Failure::badInput, "expected settings of '" + owner + "' once each, of " +
                                              join(map_range(known, [](const Setting &setting) { return setting.name.str(); }), ", ") +
                                              ", got '" + text + "'");
    std::optional<double> number = readNumber(value);
    if (!number)
      return makeError(Failure::badInput, "expected a number for '" + name + "' of '" + owner + "', got '" + value + "'");
    settings.values[name] = *number;
  }
  return settings;
}

double Settings::operator[](StringRef name) const { return values.at(name); }
