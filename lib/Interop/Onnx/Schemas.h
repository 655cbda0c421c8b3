//===- Schemas.h - inputs and attributes of ONNX's operators --------------===//
#pragma once
#include "llvm/ADT/StringRef.h"

namespace graphopt::onnx {

/// The versions of ai.onnx that we read.
constexpr int64_t minOpset = 1, maxOpset = 28;

struct Schema {
  llvm::StringLiteral op;
  int since;
  llvm::StringLiteral inputs;     ///< "data/T;axes?;rest*/T"
  llvm::StringLiteral attributes; ///< "axis=0;perm"
};

/// The newest schema of an operator that opset `version` has; null where there is none.
const Schema *findSchema(llvm::StringRef op, int64_t version);

} // namespace graphopt::onnx
