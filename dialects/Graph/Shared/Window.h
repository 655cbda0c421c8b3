//===- Window.h - what convolution and pooling share ----------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Shape.h"
#include "graph-opt/Interop/ImportRules.h"

namespace graphopt {

/// One axis of space and the window that moves along it.
struct WindowAxis {
  int64_t stride = 1, low = 0, high = 0, dilation = 1, spread = 1;

  /// The last position of a window of `size` elements, counted from its first.
  template <typename T> T reach(T size) const { return (size - 1) * dilation; }
  /// Positions along the axis with the zeros between and around its elements.
  template <typename T> T padded(T size) const { return (size - 1) * spread + (1 + low + high); }
};

/// One for each axis of space.
llvm::SmallVector<WindowAxis> windowAxes(llvm::ArrayRef<int64_t> strides, llvm::ArrayRef<int64_t> low, llvm::ArrayRef<int64_t> high,
                                         llvm::ArrayRef<int64_t> dilations, llvm::ArrayRef<int64_t> spread);

/// The rule of the lists: one number for each axis of space, strides, dilations and spread at least 1, low and high at least 0.
llvm::LogicalResult checkWindow(InferContext &context, size_t rank, llvm::ArrayRef<int64_t> strides, llvm::ArrayRef<int64_t> low,
                                llvm::ArrayRef<int64_t> high, llvm::ArrayRef<int64_t> dilations, llvm::ArrayRef<int64_t> spread);
/// How often a window of `window` elements fits, or null with an error where it does not at all.
mlir::AffineExpr countWindows(InferContext &context, const WindowAxis &axis, mlir::AffineExpr size, mlir::AffineExpr window);
/// The same in numbers, 0 where it does not fit.
int64_t countWindows(const WindowAxis &axis, int64_t size, int64_t window);

/// x with `value` between and around the elements of its last axes, one for each of `axes`.
mlir::Value padWindow(mlir::OpBuilder &b, mlir::Location loc, mlir::Value x, llvm::ArrayRef<WindowAxis> axes, mlir::Value value);
/// The sizes of the result: the leading ones as given, then the count of windows along the axes of `padded`.
llvm::SmallVector<mlir::OpFoldResult> windowCounts(mlir::OpBuilder &b, mlir::Location loc, mlir::Value padded,
                                                   llvm::ArrayRef<WindowAxis> axes, llvm::ArrayRef<mlir::OpFoldResult> window);

/// The filters of the transposed convolution: turned around, the channels of each group in place of its filters.
mlir::Value transposeFilters(mlir::OpBuilder &b, mlir::Location loc, mlir::Value w, int64_t groups);
/// The cotangent of x in a convolution by filters whose transposed ones are `turned`, x having the sizes `space` in its last axes.
mlir::Value windowGradient(mlir::OpBuilder &b, mlir::Location loc, mlir::Value ct, mlir::Value turned, llvm::ArrayRef<WindowAxis> axes,
                           llvm::ArrayRef<int64_t> window, int64_t groups, llvm::ArrayRef<mlir::OpFoldResult> space);
/// y with a number for each channel added to its axis 1; y itself for a null bias.
mlir::Value addChannels(mlir::OpBuilder &b, mlir::Location loc, mlir::Value y, mlir::Value bias);

/// A list of numbers of an import, one for each of `count` axes; a single number counts for all, an absent or empty list is `absent`.
llvm::FailureOr<llvm::SmallVector<int64_t>> perAxis(const ImportCall &call, llvm::StringRef arg, size_t count, int64_t absent);

} // namespace graphopt
