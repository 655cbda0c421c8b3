//===- TextLimits.h - what MLIR text may hold before it is parsed ---------===//
#pragma once
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>

#pragma GCC visibility push(default)
namespace graphopt {

/// Budgets of MLIR text from outside. Upstream's parser has none: it recurses, and takes time quadratic in the length of a number or of a
/// list of sizes.
struct TextLimits {
  /// Of brackets, of signs in a row, and of operators in one affine expression, which is a tree as deep as it is long. An 8 MB stack takes
  /// some 10,000 levels of the leanest form, and passes recurse over regions and attributes again.
  unsigned nesting = 512;
  unsigned rank = 64;     ///< sizes in a row, as in tensor<4x?x8xf32>
  unsigned digits = 4096; ///< of one number outside of strings
  /// Characters that aliases stand for, beside 64 times the text: aliases of aliases double at each step.
  uint64_t aliased = uint64_t(1) << 26;
};

/// A place where a text is over a budget.
struct TextExcess {
  uint64_t offset;
  std::string message; ///< "expected at most 512 levels of nesting, got more"
};

/// The first place over a budget, if there is one. Reads the text once, without recursion. What stands in strings and comments doesn't
/// count; what aliases (#name, !name) stand for does, wherever they are used.
std::optional<TextExcess> findExcess(llvm::StringRef text, const TextLimits &limits);

} // namespace graphopt
#pragma GCC visibility pop
