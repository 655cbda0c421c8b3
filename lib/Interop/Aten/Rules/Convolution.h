//===- Convolution.h - padding by a rule, transposed convolutions ---------===//
//
// What the convolutions of ATen and of ONNX share.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Interop/ImportRules.h"

namespace graphopt::aten {

/// Elements before and behind each axis of space.
struct WindowPadding {
  llvm::SmallVector<int64_t> low, high;
};

/// What gives as many windows as the strides take steps in axes of the sizes `space`; an odd element goes behind, or before.
llvm::FailureOr<WindowPadding> padToSame(const ImportCall &call, llvm::ArrayRef<int64_t> space, llvm::ArrayRef<int64_t> window,
                                         llvm::ArrayRef<int64_t> strides, llvm::ArrayRef<int64_t> dilations, bool oddBehind);

/// The transposed convolution by filters of static window: of the one that padded by `padding`, with `extra` more elements at the ends.
mlir::Value convolveTransposed(ImportCall &call, mlir::Value x, mlir::Value filters, llvm::ArrayRef<int64_t> strides,
                               const WindowPadding &padding, llvm::ArrayRef<int64_t> dilations, llvm::ArrayRef<int64_t> extra,
                               int64_t groups);

} // namespace graphopt::aten
