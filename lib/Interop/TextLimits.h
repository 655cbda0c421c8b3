//===- TextLimits.h - what MLIR text may hold before it is parsed ---------===//
#pragma once
#include "graph-opt/Limits.h"
#include "llvm/ADT/StringRef.h"
#include <cstdint>
#include <optional>
#include <string>

#pragma GCC visibility push(default)
namespace graphopt {

/// A place where a text is over a budget.
struct TextExcess {
  uint64_t offset;
  std::string message; ///< "expected at most 512 levels of nesting, got more"
};

/// The first place over a budget, if there is one: upstream's parser has none. It recurses, also over signs in a row and over an affine
/// expression, which is a tree as deep as it is long, and takes time quadratic in the length of a number or of a list of sizes. Reads the
/// text once, without recursion. What stands in strings and comments doesn't count; what aliases (#name, !name) stand for does, wherever
/// they are used.
std::optional<TextExcess> findExcess(llvm::StringRef text, const Limits &limits);

} // namespace graphopt
#pragma GCC visibility pop
