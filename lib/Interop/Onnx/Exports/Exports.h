//===- Exports.h - ops of upstream dialects as ONNX -----------------------===//
//
// One file a dialect. Scalars are tensors of rank 0, and values of type index are of i64.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Interop/ExportRules.h"

namespace graphopt {

/// All dialects, below.
void registerOnnxExports(ExportRules &rules);
void registerOnnxArithExports(ExportRules &rules);
void registerOnnxControlFlowExports(ExportRules &rules);
void registerOnnxTensorExports(ExportRules &rules);

} // namespace graphopt
