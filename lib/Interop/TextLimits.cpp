//===- TextLimits.cpp -----------------------------------------------------===//
#include "Interop/TextLimits.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringMap.h"
#include "llvm/ADT/Twine.h"
#include "llvm/Support/MathExtras.h"

using namespace llvm;
using namespace graphopt;

namespace {
bool isNameChar(char c) { return isAlnum(c) || c == '_' || c == '$' || c == '.'; }

class Scanner {
public:
  Scanner(StringRef text, const Limits &limits) : begin(text.begin()), at(text.begin()), end(text.end()), limits(limits) {}
  std::optional<TextExcess> run();

private:
  /// An open bracket, and the operators in it since its last comma.
  struct Open {
    char bracket;
    uint64_t operators;
  };
  void skipString();
  void close(char opener);
  void countOperator();
  void countOp(const char *start);
  void takeNumber();
  void takeWord();
  void takeName();
  void takeResult(const char *nameStart);
  void takeSigil();
  void takeToken(char c);
  /// Whether the definition of an alias ends before this character, the first on its line: no attribute or type goes on like that.
  bool endsAlias(char c) const {
    return lineStarted && (isAlpha(c) || StringRef("_\"%@^{#!").contains(c)) && !StringRef(":=,-").contains(last) && !afterArrow;
  }
  void exceed(const char *place, uint64_t Limits::*member) {
    if (!excess)
      excess = {static_cast<uint64_t>(place - begin), limits.exceeded(member)};
  }

  const char *begin, *at, *end;
  const Limits &limits;
  SmallVector<Open, 64> open;
  uint64_t signs = 0; // "- - - x" in an affine expression recurses, too
  std::optional<TextExcess> excess;

  /// What an alias stands for.
  struct Alias {
    size_t depth = 0;
    uint64_t size = 0;
  };
  StringMap<Alias> aliases;
  StringMap<uint64_t> lastResults; ///< the last one that is used, by the value's name
  uint64_t results = 0;
  StringRef defined; ///< the alias whose definition this is, or empty
  Alias definition;
  const char *definitionStart = nullptr;
  uint64_t aliased = 0, ops = 0;
  char last = '\n'; ///< not a space
  bool lineStarted = false, afterArrow = false;
};
} // namespace

/// Leaves `at` on the closing quote.
void Scanner::skipString() {
  for (++at; at != end && *at != '"' && *at != '\n'; ++at)
    if (*at == '\\' && at + 1 != end)
      ++at;
}

void Scanner::close(char opener) {
  // '<' also stands for itself (in affine sets, for one): those left open inside of another bracket end with it.
  while (!open.empty() && open.back().bracket == '<' && opener != '<')
    open.pop_back();
  if (!open.empty() && open.back().bracket == opener)
    open.pop_back();
}

/// In braces stand ops, whose numbers may have signs; expressions are in the other brackets.
void Scanner::countOperator() {
  if (!open.empty() && open.back().bracket != '{' && ++open.back().operators > limits.nesting)
    exceed(at, &Limits::nesting);
}

/// A name that may be an op's: it stands in a block, and is no attribute's.
void Scanner::countOp(const char *start) {
  const char *next = at + 1;
  while (next < end && isSpace(*next))
    ++next;
  bool isAttribute = next < end && *next == '=';
  if ((open.empty() || open.back().bracket == '{') && !isAttribute && ++ops > limits.ops)
    exceed(start, &Limits::ops);
}

/// A number, or sizes in a row. Leaves `at` on the last character.
void Scanner::takeNumber() {
  const char *start = at;
  auto takeDigits = [&](auto isWanted) {
    const char *first = at;
    while (at != end && isWanted(*at))
      ++at;
    if (static_cast<uint64_t>(at - first) > limits.digits)
      exceed(first, &Limits::digits);
    return at != first;
  };
  auto isDecimal = [](char c) { return isDigit(c); };
  if (*at == '0' && at + 2 < end && at[1] == 'x' && isHexDigit(at[2])) { // 0xFF; or an empty size: 0x4xf32
    at += 2;
    takeDigits([](char c) { return isHexDigit(c); });
    at = start;
  }
  uint64_t rank = 0;
  while (at != end) {
    if (*at == '?')
      ++at;
    else if (!takeDigits(isDecimal))
      break;
    if (at == end || *at != 'x')
      break;
    ++at;
    if (++rank > limits.rank) {
      exceed(start, &Limits::rank);
      break;
    }
  }
  at -= at != start;
}

/// Leaves `at` on the last character of a word, or of a name.
void Scanner::takeWord() {
  const char *start = at;
  while (at != end && isNameChar(*at))
    ++at;
  StringRef word(start, at - start);
  --at;
  if (word.size() > limits.name)
    exceed(start, &Limits::name);
  if (word.contains('.') || word == "call" || word == "return" || word == "module")
    countOp(start);
  if (word == "mod" || word == "floordiv" || word == "ceildiv")
    countOperator();
}

/// Behind its first character: %name, @name, @"name". Leaves `at` on the last one.
void Scanner::takeName() {
  const char *start = at;
  if (at + 1 != end && at[1] == '"') {
    ++at;
    skipString();
  }
  while (at != end && at + 1 != end && isNameChar(at[1]))
    ++at;
  if (static_cast<uint64_t>(at - start) > limits.name)
    exceed(start, &Limits::name);
}

/// "#5" behind the name of a value, which ends at `at`.
void Scanner::takeResult(const char *nameStart) {
  const char *nameEnd = at + 1;
  for (at += 2; at != end && isDigit(*at);)
    ++at;
  uint64_t number;
  if (StringRef(nameEnd + 1, at - nameEnd - 1).getAsInteger(10, number))
    number = at - nameEnd > 1 ? limits.results : 0; // more than 64 bits; or none
  --at;
  uint64_t &last = lastResults[StringRef(nameStart, nameEnd - nameStart)];
  if (number > last) {
    results = SaturatingAdd(results, number - last);
    last = number;
  }
  if (results >= limits.results)
    exceed(nameStart, &Limits::results);
}

/// '#' or '!': an alias, or an attribute or type of a dialect. "#name =" outside of brackets defines one.
void Scanner::takeSigil() {
  const char *start = at;
  while (at + 1 != end && (isNameChar(at[1]) || at[1] == '-'))
    ++at;
  StringRef name(start, at + 1 - start);
  const char *next = at + 1;
  while (next != end && isSpace(*next))
    ++next;
  if (open.empty() && next != end && *next == '=') {
    defined = name;
    definition = {};
    definitionStart = start;
    at = next;
  } else if (auto it = aliases.find(name); it != aliases.end()) {
    const Alias &alias = it->second;
    size_t depth = open.size() + alias.depth + 1;
    definition.depth = std::max(definition.depth, depth);
    definition.size += alias.size;
    if (defined.empty())
      aliased += alias.size;
    if (depth > limits.nesting)
      exceed(start, &Limits::nesting);
    if (uint64_t most = limits.aliased + 64 * (end - begin); definition.size > most || aliased > most)
      exceed(start, &Limits::aliased);
  }
}

std::optional<TextExcess> Scanner::run() {
  for (; at != end && !excess; ++at) {
    char c = *at;
    if (isSpace(c)) {
      lineStarted |= c == '\n';
      continue;
    }
    if (c == '/' && at + 1 != end && at[1] == '/') {
      while (at + 1 != end && at[1] != '\n')
        ++at;
      continue;
    }
    if (open.empty() && !defined.empty() && endsAlias(c)) {
      definition.size += at - definitionStart;
      aliases.try_emplace(defined, definition);
      defined = {};
      definition = {};
    }
    if (c != '-')
      signs = 0;
    takeToken(c);
    if (at == end)
      break;
    lineStarted = false;
    afterArrow = last == '-' && *at == '>';
    last = *at;
  }
  return std::move(excess);
}

void Scanner::takeToken(char c) {
  if (isDigit(c) || c == '?')
    return takeNumber();
  if (isAlpha(c) || c == '_')
    return takeWord();
  switch (c) {
  case '"': {
    const char *start = at;
    skipString();
    if (at + 1 < end && at[1] == '(') // an op in the generic form
      countOp(start);
    break;
  }
  case '(':
  case '[':
  case '{':
  case '<':
    open.push_back({c, 0});
    definition.depth = std::max(definition.depth, open.size());
    if (open.size() > limits.nesting)
      exceed(at, &Limits::nesting);
    break;
  case ')':
    close('(');
    break;
  case ']':
    close('[');
    break;
  case '}':
    close('{');
    break;
  case '>':
    if (at == begin || at[-1] != '-') // not of an arrow
      close('<');
    break;
  case '%': // a name, whatever is in it: %4x4
  case '@':
  case '^': {
    const char *start = at;
    takeName();
    if (c == '%' && at + 1 < end && at[1] == '#')
      takeResult(start);
    break;
  }
  case '#':
  case '!':
    takeSigil();
    break;
  case ',':
    if (!open.empty())
      open.back().operators = 0;
    break;
  case '-':
    if (++signs > limits.nesting)
      exceed(at, &Limits::nesting);
    if (at + 1 == end || at[1] != '>')
      countOperator();
    break;
  case '+':
  case '*':
    countOperator();
    break;
  default:
    break;
  }
}

std::optional<TextExcess> graphopt::findExcess(StringRef text, const Limits &limits) { return Scanner(text, limits).run(); }
