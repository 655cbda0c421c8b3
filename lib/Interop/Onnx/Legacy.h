//===- Legacy.h - operators as opsets before 7 had them ------------------===//
#pragma once
#include "graph-opt/Interop/ImportRules.h"

namespace graphopt::onnx {

/// Turns the arguments of an operator as opsets before 7 have it into those of opset 7, which the rules know; refuses what has no
/// counterpart there.
llvm::LogicalResult modernise(ImportCall &call);

} // namespace graphopt::onnx
