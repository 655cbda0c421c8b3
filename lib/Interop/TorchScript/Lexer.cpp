//===- Lexer.cpp - tokens of TorchScript's code ---------------------------===//
#include "Interop/TorchScript/Lexer.h"
#include "Interop/Bytes.h"
#include "llvm/ADT/SmallVector.h"

using namespace llvm;
using namespace graphopt;
using namespace graphopt::script;

namespace {
bool isNameStart(char c) { return isAlpha(c) || c == '_'; }
bool isNamePart(char c) { return isAlnum(c) || c == '_'; }

class Lexer {
public:
  Lexer(StringRef text, StringRef label, const Limits &limits) : rest(text), label(label), limits(limits) {}
  Error run();
  std::vector<Token> tokens;

private:
  Error startLine();
  Error lexString();
  Error add(Token::Kind kind, StringRef text);
  Error fail(const Twine &message) const { return fileError(label + ":" + std::to_string(line), message); }

  StringRef rest;
  std::string label;
  const Limits &limits;
  unsigned line = 1, brackets = 0;
  SmallVector<size_t> indents = {0};
};
} // namespace

std::string Token::describe() const {
  switch (kind) {
  case Kind::newline:
    return "the end of the line";
  case Kind::indent:
  case Kind::dedent:
    return "another indentation";
  case Kind::end:
    return "the end of the file";
  default:
    return ("'" + text.take_front(40) + "'").str();
  }
}

Error Lexer::add(Token::Kind kind, StringRef text) {
  if (tokens.size() >= limits.values)
    return limitError(label + ": " + limits.exceeded(&Limits::values));
  tokens.push_back({kind, text, line});
  return Error::success();
}

/// Counts the spaces in front, and opens or closes blocks.
Error Lexer::startLine() {
  size_t indent = rest.find_first_not_of(' ');
  indent = indent == StringRef::npos ? rest.size() : indent;
  rest = rest.drop_front(indent);
  if (rest.empty() || rest.front() == '\n' || rest.front() == '#')
    return Error::success();
  if (indent > indents.back()) {
    if (indents.size() > limits.nesting)
      return limitError(label + ":" + Twine(line) + ": " + limits.exceeded(&Limits::nesting));
    indents.push_back(indent);
    return add(Token::Kind::indent, "");
  }
  while (indent < indents.back()) {
    indents.pop_back();
    if (Error error = add(Token::Kind::dedent, ""))
      return error;
  }
  if (indent != indents.back())
    return fail("expected the indentation of a block, got " + Twine(indent) + " spaces");
  return Error::success();
}

Error Lexer::lexString() {
  char quote = rest.front();
  for (size_t i = 1; i < rest.size() && rest[i] != '\n'; ++i) {
    if (rest[i] == '\\') {
      ++i;
    } else if (rest[i] == quote) {
      Error error = add(Token::Kind::string, rest.slice(1, i));
      rest = rest.drop_front(i + 1);
      return error;
    }
  }
  return fail("expected the end of a string");
}

Error Lexer::run() {
  if (Error error = startLine())
    return error;
  while (!rest.empty()) {
    char c = rest.front();
    size_t size = 1;
    Token::Kind kind = Token::Kind::symbol;
    if (c == '\n') {
      bool endsLine = brackets == 0 && !tokens.empty() && tokens.back().kind != Token::Kind::newline;
      if (endsLine)
        if (Error error = add(Token::Kind::newline, ""))
          return error;
      ++line;
      rest = rest.drop_front();
      if (brackets == 0)
        if (Error error = startLine())
          return error;
      continue;
    }
    if (c == ' ' || c == '#') {
      rest = c == ' ' ? rest.ltrim(' ') : rest.drop_front(std::min(rest.find('\n'), rest.size()));
      continue;
    }
    if (c == '"' || c == '\'') {
      if (Error error = lexString())
        return error;
      continue;
    }
    if (isNameStart(c)) {
      kind = Token::Kind::name;
      size = rest.take_while(isNamePart).size();
    } else if (isDigit(c)) {
      kind = Token::Kind::integer;
      size = rest.take_while(isDigit).size();
      StringRef fraction = rest.drop_front(size);
      if (fraction.consume_front("."))
        size += 1 + fraction.take_while(isDigit).size();
      StringRef exponent = rest.drop_front(size);
      if (exponent.consume_front("e")) {
        size_t sign = exponent.starts_with("-") || exponent.starts_with("+") ? 1 : 0;
        if (size_t digits = exponent.drop_front(sign).take_while(isDigit).size())
          size += 1 + sign + digits;
      }
      if (size != rest.take_while(isDigit).size())
        kind = Token::Kind::number;
    } else if (rest.starts_with("->")) {
      size = 2;
    } else if (StringRef("([{").contains(c)) {
      ++brackets;
    } else if (StringRef(")]}").contains(c)) {
      brackets -= brackets > 0;
    } else if (!StringRef(".,:=-").contains(c)) {
      return fail("expected code that torch prints, got '" + Twine(c) + "'");
    }
    if (Error error = add(kind, rest.take_front(size)))
      return error;
    rest = rest.drop_front(size);
  }
  if (!tokens.empty() && tokens.back().kind != Token::Kind::newline)
    if (Error error = add(Token::Kind::newline, ""))
      return error;
  for (size_t i = 1; i < indents.size(); ++i)
    if (Error error = add(Token::Kind::dedent, ""))
      return error;
  return add(Token::Kind::end, "");
}

Expected<std::vector<Token>> graphopt::script::tokenize(StringRef text, StringRef label, const Limits &limits) {
  Lexer lexer(text, label, limits);
  if (Error error = lexer.run())
    return std::move(error);
  return std::move(lexer.tokens);
}
