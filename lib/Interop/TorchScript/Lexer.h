//===- Lexer.h - tokens of TorchScript's code -----------------------------===//
#pragma once
#include "graph-opt/Limits.h"
#include <vector>

namespace graphopt::script {

struct Token {
  enum class Kind { name, integer, number, string, symbol, newline, indent, dedent, end };
  Kind kind = Kind::end;
  llvm::StringRef text; ///< of a string, what stands between the quotes, escapes and all
  unsigned line = 0;

  bool is(llvm::StringRef symbol) const { return (kind == Kind::symbol || kind == Kind::name) && text == symbol; }
  std::string describe() const;
};

/// All tokens of a text; blocks are told by indent and dedent, and lines go on inside of brackets.
llvm::Expected<std::vector<Token>> tokenize(llvm::StringRef text, llvm::StringRef label, const Limits &limits);

} // namespace graphopt::script
