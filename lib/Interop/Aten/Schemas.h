//===- Schemas.h - ATen's operators, their arguments and results ----------===//
#pragma once
#include "graph-opt/Interop/ImportRules.h"
#include <optional>

namespace graphopt {

struct AtenArgument {
  llvm::StringRef name;
  llvm::StringRef type; ///< as tools/dev/make-aten-schemas.py spells it: "t", "i[2]", "s?"
  bool isKeyword = false;
  std::optional<llvm::StringRef> defaultValue;
};

struct AtenSchema {
  llvm::StringRef op, overload;
  llvm::SmallVector<AtenArgument> arguments;
  llvm::SmallVector<llvm::StringRef, 3> results; ///< types
  std::string name() const { return (op + "." + overload).str(); }
};

/// The overloads of an operator ("add"), in the order that torch tries them in; none where it is not one of torch's.
llvm::SmallVector<AtenSchema> atenOverloads(llvm::StringRef op);
/// One overload ("add.Tensor").
std::optional<AtenSchema> atenSchema(llvm::StringRef overload);
/// A default value as the table spells it.
ImportArg parseDefault(llvm::StringRef text);
/// Fills in defaults and puts the arguments in the operator's order. What the table does not know stays as it is.
llvm::LogicalResult completeArguments(ImportCall &call, llvm::StringRef overload);

} // namespace graphopt
