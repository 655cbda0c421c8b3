//===- OnnxSteps.h - arithmetic that ai.onnx has no operator for ----------===//
#pragma once
#include "graph-opt/Interop/ExportRules.h"

namespace graphopt {

/// exp(x) - 1 and log(1 + x), exact near zero.
ForeignValue exportExpm1(OnnxExport &to, ForeignValue x);
ForeignValue exportLog1p(OnnxExport &to, ForeignValue x);
/// The angle of (b, a), which knows the sign of a zero.
ForeignValue exportAtan2(OnnxExport &to, ForeignValue a, ForeignValue b);
/// Quotients and remainders. Those of integers are total, where a runtime may die of a division by 0: exportMod's has the sign of b.
ForeignValue exportDiv(OnnxExport &to, ForeignValue a, ForeignValue b);
ForeignValue exportRem(OnnxExport &to, ForeignValue a, ForeignValue b);
ForeignValue exportMod(OnnxExport &to, ForeignValue a, ForeignValue b);
/// Powers. Those of integers take any exponent; where they overflow, runtimes differ (onnxruntime computes them in f64).
ForeignValue exportPow(OnnxExport &to, ForeignValue a, ForeignValue b);
/// Shifts of integers: ai.onnx has those of unsigned ones, by less than their width. The result has 64 bits.
ForeignValue exportShift(OnnxExport &to, mlir::Value a, mlir::Value b, llvm::StringRef direction);
/// Puts updates into x along an axis, as graph.scatter and its kin do. `reduction`: "none", "add", "mul", "max" or "min".
ForeignValue exportScatter(OnnxExport &to, mlir::Value x, mlir::Value indices, mlir::Value updates, int64_t axis,
                           llvm::StringRef reduction);

} // namespace graphopt
