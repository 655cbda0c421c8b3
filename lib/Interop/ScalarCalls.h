//===- ScalarCalls.h - operators on sizes ---------------------------------===//
#pragma once
#include "graph-opt/Interop/ImportRules.h"

namespace graphopt {

/// A call of `_operator.*`, `math.*` or `torch.sym_*` on sizes and numbers: an index value, f64 or i1, folded where it is constant. Null,
/// and an error, where there is none of that name.
mlir::Value importScalar(ImportCall &call);

} // namespace graphopt
