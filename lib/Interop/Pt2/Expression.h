//===- Expression.h - sizes as printed sympy expressions ------------------===//
#pragma once
#include "Interop/JsonDocument.h"

namespace graphopt {

/// Checks the text of a size expression, "Mul(Integer(2), Symbol('s15', positive=True, integer=True))" or "2*s15": known functions of
/// numbers and symbols, and nothing else. Nothing is evaluated. An error is one of bad input, or of a limit: depth, length, exponents.
llvm::Error checkExpression(llvm::StringRef text);

/// The same for every "expr_str" below a value; errors say below which key.
llvm::Error checkExpressions(const JsonValue &value);

} // namespace graphopt
