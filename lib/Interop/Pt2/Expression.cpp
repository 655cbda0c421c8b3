//===- Expression.cpp -----------------------------------------------------===//
#include "Interop/Pt2/Expression.h"
#include "Interop/Bytes.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/StringExtras.h"

using namespace llvm;
using namespace graphopt;

namespace {
constexpr size_t maxLength = 1 << 16;
constexpr unsigned maxDepth = 64;
constexpr int64_t maxExponent = 64;

/// What torch prints: sympy's own, and those of torch.utils._sympy.functions.
constexpr StringRef functions[] = {"Abs",
                                   "Add",
                                   "And",
                                   "CeilDiv",
                                   "CeilToInt",
                                   "CleanDiv",
                                   "Eq",
                                   "Equality",
                                   "False",
                                   "Float",
                                   "FloatPow",
                                   "FloatTrueDiv",
                                   "FloorDiv",
                                   "FloorToInt",
                                   "Ge",
                                   "GreaterThan",
                                   "Gt",
                                   "Half",
                                   "IntTrueDiv",
                                   "Integer",
                                   "Identity",
                                   "LShift",
                                   "Le",
                                   "LessThan",
                                   "Lt",
                                   "Max",
                                   "Min",
                                   "Mod",
                                   "ModularIndexing",
                                   "Mul",
                                   "Ne",
                                   "Not",
                                   "Or",
                                   "Piecewise",
                                   "Pow",
                                   "PowByNatural",
                                   "PythonMod",
                                   "RShift",
                                   "Rational",
                                   "RoundDecimal",
                                   "RoundToInt",
                                   "StrictGreaterThan",
                                   "StrictLessThan",
                                   "Symbol",
                                   "ToFloat",
                                   "TruncToFloat",
                                   "TruncToInt",
                                   "Unequality",
                                   "Where",
                                   "ceiling",
                                   "floor",
                                   "sqrt",
                                   "true",
                                   "false"};

class Checker {
public:
  explicit Checker(StringRef text) : rest(text) {}

  Error check() {
    if (Error error = sum(0))
      return error;
    return rest.trim().empty() ? Error::success() : expected("the end");
  }

private:
  /// What an operand is, as far as exponents ask.
  struct Operand {
    std::optional<int64_t> integer;
    bool hasPower = false;
  };

  Error sum(unsigned depth) {
    Operand ignored;
    return sum(depth, ignored);
  }
  Error sum(unsigned depth, Operand &result);
  Error unary(unsigned depth, Operand &result);
  Error call(StringRef name, unsigned depth, Operand &result);
  Error checkExponent(const Operand &exponent) {
    if (exponent.hasPower || (exponent.integer && (*exponent.integer > maxExponent || *exponent.integer < -maxExponent)))
      return limitError("expected exponents of at most " + Twine(maxExponent) + ", got a greater one or a power");
    return Error::success();
  }
  bool take(StringRef token) {
    rest = rest.ltrim();
    return rest.consume_front(token);
  }
  StringRef takeName() {
    rest = rest.ltrim();
    StringRef name = rest.take_while([](char c) { return isAlnum(c) || c == '_'; });
    rest = rest.drop_front(name.size());
    return name;
  }
  Error expected(const Twine &what) {
    StringRef got = rest.ltrim();
    return createStringError("expected " + what + ", got " + (got.empty() ? Twine("the end") : "'" + got.take_front(40) + "'"));
  }

  StringRef rest;
};
} // namespace

Error Checker::sum(unsigned depth, Operand &result) {
  if (depth > maxDepth)
    return limitError("expected nesting of at most " + Twine(maxDepth));
  if (Error error = unary(depth, result))
    return error;
  for (;;) {
    bool isPower = take("**");
    bool goesOn = isPower || any_of(ArrayRef<StringRef>{"//", "+", "-", "*", "/", "%", "<=", ">=", "==", "!=", "<", ">", "&", "|"},
                                    [&](StringRef token) { return take(token); });
    if (!goesOn)
      return Error::success();
    Operand next;
    if (Error error = unary(depth, next))
      return error;
    if (isPower) {
      if (Error error = checkExponent(next))
        return error;
      if (result.hasPower) // from the right, as Python reads it
        return checkExponent(result);
    }
    result = {std::nullopt, result.hasPower || next.hasPower || isPower};
  }
}

Error Checker::unary(unsigned depth, Operand &result) {
  bool isNegative = false;
  while (take("-") || take("~"))
    isNegative = !isNegative;
  if (take("(")) {
    if (Error error = sum(depth + 1, result))
      return error;
    return take(")") ? Error::success() : expected("')'");
  }
  rest = rest.ltrim();
  if (rest.starts_with("'") || rest.starts_with("\"")) {
    StringRef text = rest.drop_front().take_until([&](char c) { return c == rest[0]; });
    if (text.size() + 1 >= rest.size())
      return expected("a string that ends");
    rest = rest.drop_front(text.size() + 2);
    return Error::success();
  }
  if (!rest.empty() && isDigit(rest[0])) {
    StringRef number = rest.take_while([](char c) { return isAlnum(c) || c == '.'; });
    int64_t value;
    double real;
    if (!number.getAsInteger(10, value))
      result.integer = isNegative ? -value : value;
    else if (number.size() > 64 || number.getAsDouble(real))
      return expected("a number of 64 bits");
    rest = rest.drop_front(number.size());
    return Error::success();
  }
  StringRef before = rest, name = takeName();
  if (name.empty() || name.starts_with("__")) {
    rest = before;
    return expected("a size expression");
  }
  if (!take("("))
    return Error::success(); // a symbol, or True
  if (!is_contained(functions, name)) {
    rest = before;
    return expected("a function of sizes");
  }
  return call(name, depth + 1, result);
}

Error Checker::call(StringRef name, unsigned depth, Operand &result) {
  SmallVector<Operand> operands;
  while (!take(")")) {
    if (!operands.empty() && !take(","))
      return expected("',' or ')'");
    StringRef before = rest;
    if (StringRef keyword = takeName(); keyword.empty() || !take("=")) // an assumption: positive=True
      rest = before;
    operands.emplace_back();
    if (Error error = sum(depth, operands.back()))
      return error;
    result.hasPower |= operands.back().hasPower;
  }
  if (name == "Integer" && operands.size() == 1)
    result.integer = operands[0].integer;
  if (!name.contains("Pow") || operands.empty())
    return Error::success();
  result.hasPower = true;
  return checkExponent(operands.back());
}

Error graphopt::checkExpression(StringRef text) {
  if (text.size() > maxLength)
    return limitError("expected a size expression of at most " + Twine(maxLength) + " characters, got " + Twine(text.size()));
  return Checker(text).check();
}

Error graphopt::checkExpressions(const JsonValue &value) {
  for (const JsonValue &element : value.elements)
    if (Error error = checkExpressions(element))
      return error;
  for (const auto &[key, member] : value.members) {
    Error error = key == "expr_str" && member.isString() ? checkExpression(member.string) : checkExpressions(member);
    if (!error)
      continue;
    auto [message, isLimit] = describeError(std::move(error));
    StringRef rest = message; // "at 'graph.nodes': ..." of what is below
    bool isPlaced = rest.consume_front("at '");
    std::string placed = "at '" + key + (isPlaced ? "." + rest.str() : "': " + message);
    return isLimit ? limitError(placed) : createStringError(placed);
  }
  return Error::success();
}
