//===- Exports.h - ops of upstream dialects as calls in Python ------------===//
#pragma once
#include "graph-opt/Interop/ExportRules.h"

namespace graphopt {

/// Sizes, arithmetic on them, elements of tensors and calls.
void registerAtenExports(ExportRules &rules);
/// scf as torch.ops.higher_order.
void registerAtenControlFlowExports(ExportRules &rules);

} // namespace graphopt
