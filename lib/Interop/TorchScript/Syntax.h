//===- Syntax.h - the code of TorchScript models --------------------------===//
//
// What torch prints is a small part of Python: classes, functions, if, while, for over a range, and expressions without binary operators.
// Types are expressions too.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Interop/Archive.h"
#include "llvm/ADT/SmallVector.h"
#include "llvm/ADT/StringMap.h"
#include <deque>

namespace graphopt::script {

struct Expr {
  enum class Kind { name, none, boolean, integer, number, string, attribute, call, subscript, slice, list, tuple, dict };
  Kind kind = Kind::none;
  unsigned line = 0;
  llvm::StringRef text; ///< of a name or string; the attribute's name
  bool boolean = false;
  int64_t integer = 0;
  double number = 0;
  /// Of an attribute, its object; of a call, the callee and the arguments; of a subscript, the object and the index; of a slice, the object
  /// and two bounds, null where there is none; of a list or tuple, its elements; of a dict, keys and values in turn.
  llvm::SmallVector<const Expr *, 2> operands;
  llvm::SmallVector<llvm::StringRef, 0> keywords; ///< of a call: the name of each argument, empty where it goes by position

  /// "torch.nn.relu" for names and attributes of names, else empty.
  std::string path() const;
};

struct Stmt {
  enum class Kind { assign, evaluate, conditional, whileLoop, forLoop, returns };
  Kind kind = Kind::evaluate;
  unsigned line = 0;
  llvm::SmallVector<const Expr *, 1> targets; ///< of an assignment or a for: names, or attributes of objects
  bool unpacks = false;                       ///< an assignment gives the parts of its value to the targets
  const Expr *value = nullptr;                ///< what is assigned, evaluated or returned; a condition; a number of rounds
  llvm::SmallVector<const Stmt *, 0> body, orElse;
};
using Code = llvm::ArrayRef<const Stmt *>;

struct Parameter {
  llvm::StringRef name;
  const Expr *type = nullptr;         ///< null for a method's self
  const Expr *defaultValue = nullptr; ///< null where there is none
};

struct Function {
  llvm::StringRef name, file; ///< the entry that it stands in
  unsigned line = 0;
  llvm::SmallVector<Parameter> parameters;
  llvm::SmallVector<const Stmt *, 0> body;
};

struct Class {
  llvm::StringRef name, base; ///< Module, NamedTuple, Interface, Enum ...
  llvm::SmallVector<llvm::StringRef> parameters, buffers, fields;
  llvm::StringMap<const Expr *> constants;
  llvm::StringMap<Function> methods;
  bool hasHooks = false;
};

/// One file of code, with its text and all parts of its syntax.
struct Unit {
  std::string file;
  Archive::Bytes text;
  std::deque<Expr> exprs;
  std::deque<Stmt> stmts;
  std::deque<std::string> strings; ///< without their escapes
  llvm::StringMap<Function> functions;
  llvm::StringMap<Class> classes;
};

/// Parses a file of code; errors are "label:line: expected ..., got ...".
llvm::Expected<std::unique_ptr<Unit>> parseUnit(Archive::Bytes text, llvm::StringRef file, llvm::StringRef label, const Limits &limits);

} // namespace graphopt::script
