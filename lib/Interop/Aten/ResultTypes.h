//===- ResultTypes.h - element types of what ATen's operators give --------===//
#pragma once
#include "Interop/Aten/Schemas.h"

namespace graphopt {

/// The element types of a call's results, where a source does not state them, by torch's rules; one for each part where the result is a
/// list. `call` has all arguments. Fails where the number of parts is known only as the model runs.
llvm::FailureOr<llvm::SmallVector<mlir::Type>> inferElementTypes(const ImportCall &call, const AtenSchema &schema);

} // namespace graphopt
