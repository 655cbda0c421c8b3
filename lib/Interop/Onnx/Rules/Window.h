//===- Window.h - the windows of convolutions and pools -------------------===//
#pragma once
#include "Interop/Aten/Rules/Pool.h"
#include "Interop/Onnx/Rules/Rules.h"

namespace graphopt::onnx {

/// By the arguments `strides`, `dilations` and `pads`.
llvm::FailureOr<aten::SlidingWindows> readWindows(ImportCall &call, llvm::ArrayRef<int64_t> window);
/// The same over the axes of space of x, which has a batch and channels too.
llvm::FailureOr<aten::SlidingWindows> readWindowsOver(ImportCall &call, mlir::Value x, llvm::ArrayRef<int64_t> window);
/// Pads them by the argument `auto_pad`, where that is a rule.
llvm::LogicalResult padByRule(ImportCall &call, mlir::Value x, aten::SlidingWindows &windows);
/// The convolution of x by the call's other arguments, with a bias for each channel, which may be null.
llvm::FailureOr<mlir::Value> convolve(ImportCall &call, mlir::Value x, mlir::Value filters, mlir::Value bias);

} // namespace graphopt::onnx
