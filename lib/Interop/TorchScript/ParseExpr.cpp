//===- ParseExpr.cpp - expressions ----------------------------------------===//
#include "Interop/TorchScript/Parser.h"
#include "llvm/ADT/ScopeExit.h"

using namespace llvm;
using namespace graphopt;
using namespace graphopt::script;
using TokenKind = Token::Kind;

bool Parser::parseElements(StringRef close, SmallVectorImpl<const Expr *> &elements) {
  bool hasComma = false;
  while (!hasFailed && !token().is(close)) {
    elements.push_back(parseExpr());
    if (!token().is(close))
      expect(",");
    hasComma |= elements.size() > 1 || !token().is(close) || tokens[position - 1].is(",");
  }
  expect(close);
  return hasComma;
}

Expr *Parser::parseString() {
  Expr *string = make(Expr::Kind::string);
  StringRef raw = next().text;
  string->text = raw;
  if (!raw.contains('\\'))
    return string;
  std::string &text = unit.strings.emplace_back();
  static constexpr StringLiteral letters = "abfnrtv", codes = "\a\b\f\n\r\t\v";
  for (size_t i = 0; i < raw.size(); ++i) {
    if (raw[i] != '\\' || i + 1 == raw.size()) {
      text += raw[i];
      continue;
    }
    unsigned code;
    ++i;
    if (size_t letter = letters.find(raw[i]); letter != StringRef::npos)
      text += codes[letter];
    else if (raw.size() - i >= 3 && !raw.substr(i, 3).getAsInteger(8, code))
      text += static_cast<char>(code), i += 2;
    else
      text += raw[i];
  }
  string->text = text;
  return string;
}

Expr *Parser::parseNegative() {
  if (consume("inf")) {
    Expr *number = make(Expr::Kind::number);
    number->number = -std::numeric_limits<double>::infinity();
    return number;
  }
  if (!at(TokenKind::integer) && !at(TokenKind::number)) {
    fail("a number after '-'");
    return make(Expr::Kind::none);
  }
  Expr *negative = make(at(TokenKind::integer) ? Expr::Kind::integer : Expr::Kind::number);
  std::string text = "-" + next().text.str();
  if (negative->kind == Expr::Kind::integer ? StringRef(text).getAsInteger(10, negative->integer)
                                            : StringRef(text).getAsDouble(negative->number))
    fail("a number of 64 bits");
  return negative;
}

Expr *Parser::parseAtom() {
  if (consume("-"))
    return parseNegative();
  if (consume("(")) {
    Expr *tuple = make(Expr::Kind::tuple);
    if (parseElements(")", tuple->operands) || tuple->operands.size() != 1)
      return tuple;
    return const_cast<Expr *>(tuple->operands[0]); // made here, in the unit
  }
  if (consume("[")) {
    Expr *list = make(Expr::Kind::list);
    parseElements("]", list->operands);
    return list;
  }
  if (consume("{")) {
    Expr *dict = make(Expr::Kind::dict);
    while (!hasFailed && !token().is("}")) {
      dict->operands.push_back(parseExpr());
      expect(":");
      dict->operands.push_back(parseExpr());
      if (!token().is("}"))
        expect(",");
    }
    expect("}");
    return dict;
  }
  if (at(TokenKind::string))
    return parseString();
  if (at(TokenKind::integer) || at(TokenKind::number)) {
    Expr *number = make(at(TokenKind::integer) ? Expr::Kind::integer : Expr::Kind::number);
    if (number->kind == Expr::Kind::integer ? token().text.getAsInteger(10, number->integer) : token().text.getAsDouble(number->number))
      fail("a number of 64 bits");
    next();
    return number;
  }
  if (!at(TokenKind::name)) {
    fail("an expression");
    return make(Expr::Kind::none);
  }
  StringRef name = token().text;
  Expr *atom = make(name == "None"                      ? Expr::Kind::none
                    : name == "True" || name == "False" ? Expr::Kind::boolean
                    : name == "inf" || name == "nan"    ? Expr::Kind::number
                                                        : Expr::Kind::name);
  atom->text = name;
  atom->boolean = name == "True";
  atom->number = name == "inf" ? std::numeric_limits<double>::infinity() : std::numeric_limits<double>::quiet_NaN();
  next();
  return atom;
}

void Parser::parseArguments(Expr *call) {
  while (!hasFailed && !token().is(")")) {
    bool isNamed = at(TokenKind::name) && position + 1 < tokens.size() && tokens[position + 1].is("=");
    call->keywords.push_back(isNamed ? next().text : "");
    if (isNamed)
      next();
    call->operands.push_back(parseExpr());
    if (!token().is(")"))
      expect(",");
  }
  expect(")");
}

const Expr *Parser::parseSubscript(const Expr *object) {
  Expr *subscript = make(Expr::Kind::subscript);
  subscript->operands.push_back(object);
  const Expr *first = token().is(":") ? nullptr : parseExpr();
  if (consume(":")) {
    subscript->kind = Expr::Kind::slice;
    subscript->operands.append({first, token().is("]") ? nullptr : parseExpr()});
  } else if (token().is(",")) { // of a type: Dict[str, Tensor]
    Expr *tuple = make(Expr::Kind::tuple);
    tuple->operands.push_back(first);
    while (consume(",") && !token().is("]"))
      tuple->operands.push_back(parseExpr());
    subscript->operands.push_back(tuple);
  } else {
    subscript->operands.push_back(first);
  }
  expect("]");
  return subscript;
}

const Expr *Parser::parseExpr() {
  uint64_t outer = depth;
  llvm::scope_exit leave([&] { depth = outer; });
  if (!enter())
    return make(Expr::Kind::none);
  const Expr *expr = parseAtom();
  // A chain nests as deep as it is long.
  while (!hasFailed && enter()) {
    if (consume(".")) {
      Expr *attribute = make(Expr::Kind::attribute);
      attribute->operands.push_back(expr);
      attribute->text = expectName();
      expr = attribute;
    } else if (consume("(")) {
      Expr *call = make(Expr::Kind::call);
      call->operands.push_back(expr);
      parseArguments(call);
      expr = call;
    } else if (consume("[")) {
      expr = parseSubscript(expr);
    } else {
      break;
    }
  }
  return expr;
}

std::string Expr::path() const {
  std::string text = this->text.str();
  const Expr *expr = this;
  for (; expr->kind == Kind::attribute; expr = expr->operands[0])
    text = (expr->operands[0]->text + "." + text).str();
  return expr->kind == Kind::name ? text : "";
}
