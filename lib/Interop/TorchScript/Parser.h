//===- Parser.h - from tokens to syntax -----------------------------------===//
#pragma once
#include "Interop/Bytes.h"
#include "Interop/TorchScript/Lexer.h"
#include "Interop/TorchScript/Syntax.h"

namespace graphopt::script {

/// Recursive descent. After the first error, which is kept, everything is the end of the file.
class Parser {
public:
  Parser(Unit &unit, llvm::StringRef label, const Limits &limits, llvm::ArrayRef<Token> tokens)
      : unit(unit), label(label), limits(limits), tokens(tokens) {}
  llvm::Error run();

private:
  //===--- Tokens ---===//
  const Token &token() const { return hasFailed ? tokens.back() : tokens[position]; }
  const Token &next() {
    const Token &taken = token();
    position += !hasFailed && position + 1 < tokens.size();
    return taken;
  }
  bool consume(llvm::StringRef symbol) {
    if (!token().is(symbol))
      return false;
    next();
    return true;
  }
  bool at(Token::Kind kind) const { return token().kind == kind; }
  void expect(llvm::StringRef symbol) {
    if (!consume(symbol))
      fail("'" + symbol + "'");
  }
  void expect(Token::Kind kind, llvm::StringRef what) {
    if (!at(kind))
      fail(what);
    next();
  }
  llvm::StringRef expectName() {
    if (!at(Token::Kind::name))
      fail("a name");
    return next().text;
  }
  void fail(const llvm::Twine &expected) { stop("expected " + expected + ", got " + token().describe(), /*limit=*/false); }
  void stop(const llvm::Twine &why, bool limit) {
    if (hasFailed)
      return;
    message = (label + ":" + llvm::Twine(token().line) + ": " + why).str();
    isLimit = limit;
    hasFailed = true;
  }
  /// Whether there is room for one more level; whoever has got it calls --depth.
  bool enter() {
    ++depth;
    if (depth > limits.nesting)
      stop(limits.exceeded(&Limits::nesting), /*limit=*/true);
    return !hasFailed;
  }

  //===--- Expressions ---===//
  Expr *make(Expr::Kind kind) {
    unit.exprs.emplace_back();
    unit.exprs.back().kind = kind;
    unit.exprs.back().line = token().line;
    return &unit.exprs.back();
  }
  const Expr *parseExpr();
  Expr *parseAtom();
  Expr *parseNegative();
  Expr *parseString();
  void parseArguments(Expr *call);
  const Expr *parseSubscript(const Expr *object);
  /// Expressions up to a closing symbol; returns whether there was a comma.
  bool parseElements(llvm::StringRef close, llvm::SmallVectorImpl<const Expr *> &elements);

  //===--- Statements ---===//
  void parseBlock(llvm::SmallVectorImpl<const Stmt *> &block);
  void parseStmt(llvm::SmallVectorImpl<const Stmt *> &block);
  void parseSimple(Stmt &stmt);
  void parseFunction(llvm::StringMap<Function> &functions);
  void parseClass();
  void parseMember(Class &parsed);

  Unit &unit;
  std::string label;
  const Limits &limits;
  llvm::ArrayRef<Token> tokens;
  size_t position = 0;
  uint64_t depth = 0;
  bool hasFailed = false, isLimit = false;
  std::string message;
};

} // namespace graphopt::script
