//===- Promotion.h - torch's common element types -------------------------===//
#pragma once
#include "graph-opt/Interop/ImportRules.h"

namespace graphopt {

/// The element type that operands are promoted to. Numbers and rank-0 tensors count only where they raise the category.
mlir::Type promote(llvm::ArrayRef<const ImportArg *> operands, mlir::MLIRContext *context);

} // namespace graphopt
