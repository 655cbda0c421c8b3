//===- Settings.h - numbers that losses and optimisers take ---------------===//
#pragma once
#include "llvm/ADT/ArrayRef.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/Support/Error.h"
#include <string>

namespace graphopt::training {

/// A number that has a name, and the value that it has where none is given; truth values are 0 and 1.
struct Setting {
  llvm::StringRef name;
  double value = 0;
};

/// The numbers of a loss or an optimiser, by name.
class Settings {
public:
  /// From "name=value" texts, where a value is a number, true or false. Errors: a name that `known` lacks, or twice; no finite number.
  static llvm::Expected<Settings> parse(llvm::StringRef owner, llvm::ArrayRef<Setting> known, llvm::ArrayRef<std::string> texts);
  double operator[](llvm::StringRef name) const;

private:
  llvm::StringMap<double> values;
};

} // namespace graphopt::training
