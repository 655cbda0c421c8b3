//===- ParseUnit.cpp - statements, functions and classes ------------------===//
#include "Interop/TorchScript/Parser.h"
#include "llvm/ADT/ScopeExit.h"

using namespace llvm;
using namespace graphopt;
using namespace graphopt::script;
using TokenKind = Token::Kind;

void Parser::parseBlock(SmallVectorImpl<const Stmt *> &block) {
  uint64_t outer = depth;
  llvm::scope_exit leave([&] { depth = outer; });
  expect(":");
  expect(TokenKind::newline, "the end of the line");
  expect(TokenKind::indent, "a block");
  if (!enter())
    return;
  while (!hasFailed && !at(TokenKind::dedent) && !at(TokenKind::end))
    parseStmt(block);
  expect(TokenKind::dedent, "the end of a block");
}

void Parser::parseStmt(SmallVectorImpl<const Stmt *> &block) {
  if (consume("pass"))
    return expect(TokenKind::newline, "the end of the line");
  Stmt &stmt = unit.stmts.emplace_back();
  stmt.line = token().line;
  block.push_back(&stmt);
  if (consume("if") || token().is("while")) {
    stmt.kind = consume("while") ? Stmt::Kind::whileLoop : Stmt::Kind::conditional;
    stmt.value = parseExpr();
    parseBlock(stmt.body);
    if (stmt.kind == Stmt::Kind::conditional && consume("else"))
      parseBlock(stmt.orElse);
    return;
  }
  if (consume("for")) {
    stmt.kind = Stmt::Kind::forLoop;
    Expr *counter = make(Expr::Kind::name);
    counter->text = expectName();
    stmt.targets.push_back(counter);
    expect("in");
    expect("range");
    expect("(");
    stmt.value = parseExpr();
    expect(")");
    return parseBlock(stmt.body);
  }
  if (token().is("with") || token().is("def") || token().is("try") || token().is("raise") || token().is("assert"))
    return fail("a statement that is supported here");
  if (consume("return")) {
    stmt.kind = Stmt::Kind::returns;
    stmt.value = at(TokenKind::newline) ? make(Expr::Kind::none) : parseExpr();
  } else {
    parseSimple(stmt);
  }
  expect(TokenKind::newline, "the end of the line");
}

/// `f(x)`, `a = x`, `a : T = x`, `a, b = x, y`, `a, = x`.
void Parser::parseSimple(Stmt &stmt) {
  /// An expression, or several with commas, as a tuple.
  auto parseTuple = [&](bool &hasComma) {
    const Expr *first = parseExpr();
    hasComma = token().is(",");
    if (!hasComma)
      return first;
    Expr *tuple = make(Expr::Kind::tuple);
    tuple->operands.push_back(first);
    while (consume(",") && !token().is("=") && !at(TokenKind::newline))
      tuple->operands.push_back(parseExpr());
    return static_cast<const Expr *>(tuple);
  };
  const Expr *left = parseTuple(stmt.unpacks);
  if (consume(":"))
    parseExpr(); // the type follows from the value
  if (!consume("=")) {
    stmt.value = left;
    return;
  }
  stmt.kind = Stmt::Kind::assign;
  if (stmt.unpacks)
    stmt.targets.assign(left->operands.begin(), left->operands.end());
  else
    stmt.targets.push_back(left);
  for (const Expr *target : stmt.targets)
    if (target->kind != Expr::Kind::name && target->kind != Expr::Kind::attribute)
      fail("a name or attribute to assign to");
  bool isTuple;
  stmt.value = parseTuple(isTuple);
}

void Parser::parseFunction(StringMap<Function> &functions) {
  unsigned line = token().line;
  expect("def");
  Function function;
  function.name = expectName();
  function.file = unit.file;
  function.line = line;
  expect("(");
  while (!hasFailed && !token().is(")")) {
    Parameter parameter;
    parameter.name = expectName();
    if (consume(":"))
      parameter.type = parseExpr();
    if (consume("="))
      parameter.defaultValue = parseExpr();
    function.parameters.push_back(parameter);
    if (!token().is(")"))
      expect(",");
  }
  expect(")");
  if (consume("->"))
    parseExpr();
  parseBlock(function.body);
  functions[function.name] = std::move(function);
}

void Parser::parseMember(Class &parsed) {
  if (token().is("def"))
    return parseFunction(parsed.methods);
  if (consume("pass"))
    return expect(TokenKind::newline, "the end of the line");
  bool isNamed = at(TokenKind::name);
  StringRef name = expectName();
  if (isNamed && consume("["))
    parseSubscript(make(Expr::Kind::name)); // __annotations__["0"] = T
  bool isField = consume(":");
  if (isField) {
    parsed.fields.push_back(name);
    parseExpr();
  }
  if (consume("=")) {
    const Expr *value = parseExpr();
    for (auto [list, names] : {std::pair("__parameters__", &parsed.parameters), std::pair("__buffers__", &parsed.buffers)})
      if (name == list)
        for (const Expr *element : value->operands)
          names->push_back(element->text);
    parsed.hasHooks |= name == "__forward_hooks__" || name == "__forward_pre_hooks__";
    parsed.constants[name] = value;
  }
  expect(TokenKind::newline, "the end of the line");
}

void Parser::parseClass() {
  expect("class");
  Class parsed;
  parsed.name = expectName();
  if (consume("(")) {
    parsed.base = expectName();
    expect(")");
  }
  expect(":");
  expect(TokenKind::newline, "the end of the line");
  expect(TokenKind::indent, "the members of a class");
  while (!hasFailed && !at(TokenKind::dedent) && !at(TokenKind::end))
    parseMember(parsed);
  expect(TokenKind::dedent, "the end of a class");
  unit.classes[parsed.name] = std::move(parsed);
}

Error Parser::run() {
  while (!hasFailed && !at(TokenKind::end)) {
    if (token().is("class"))
      parseClass();
    else if (token().is("def"))
      parseFunction(unit.functions);
    else if (at(TokenKind::newline))
      next();
    else
      fail("a class or a function");
  }
  if (!hasFailed)
    return Error::success();
  return isLimit ? limitError(message) : createStringError(inconvertibleErrorCode(), message);
}

Expected<std::unique_ptr<Unit>> graphopt::script::parseUnit(Archive::Bytes text, StringRef file, StringRef label, const Limits &limits) {
  auto unit = std::make_unique<Unit>();
  unit->file = file.str();
  unit->text = std::move(text);
  Expected<std::vector<Token>> tokens = tokenize(unit->text.data, label, limits);
  if (!tokens)
    return tokens.takeError();
  if (Error error = Parser(*unit, label, limits, *tokens).run())
    return std::move(error);
  return unit;
}
