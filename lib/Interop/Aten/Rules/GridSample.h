//===- GridSample.h - images read between their elements ------------------===//
//
// What ATen's grid_sampler shares with ONNX's GridSample, RoiAlign and DeformConv.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Expr.h"
#include "graph-opt/Interop/ImportRules.h"

namespace graphopt::aten {

enum class Interpolation { linear, nearest, cubic };
/// What is read outside of an image.
enum class Outside { zeros, border, reflection };

/// One axis of space: its size as a number, and how places along it are read.
struct ImageAxis {
  Expr size;
  Outside outside;
  bool alignCorners;

  /// From [-1, 1] to elements.
  Expr scaled(Expr place) const;
  /// Moved to the nearest element.
  Expr clipped(Expr place) const;
  /// A place outside of the image moved into it; with zeros, left where it is.
  Expr padded(Expr place) const;
};

/// An image [n, c, space ...] as rows of channels, read at places: tensors [n, ...] of one shape, one for each axis of space.
struct Image {
  ImportCall &call;
  Expr rows;   ///< [n * places of space, c]
  Expr number; ///< of the image that a place is in: [n, 1 ...], of the places' rank
  llvm::SmallVector<ImageAxis> axes;

  Image(ImportCall &call, Expr image, int64_t placesRank, Outside outside, bool alignCorners);
  /// At whole places: [n, ..., c].
  Expr at(llvm::ArrayRef<Expr> places) const;
  /// What each neighbour of a place has, times its share: shares[d][k] of the one at `first[d]` + k along axis d.
  llvm::SmallVector<Expr> neighbours(llvm::ArrayRef<Expr> first, llvm::ArrayRef<llvm::SmallVector<Expr>> shares) const;
  /// The 2^n nearest elements, each times its share; and their sum.
  llvm::SmallVector<Expr> linearNeighbours(llvm::ArrayRef<Expr> places) const;
  Expr linear(llvm::ArrayRef<Expr> places) const;
};

/// An image read at the places of a grid [n, ..., axes of space], whose last axis counts from the last axis of space on.
llvm::FailureOr<mlir::Value> sampleGrid(ImportCall &call, mlir::Value image, mlir::Value grid, Interpolation mode, Outside outside,
                                        bool alignCorners);

/// The places [n, space ..., axes] that an affine map of [-1, 1] along each axis of space names, from the last axis on: by the arguments
/// `theta`, `size` and `align_corners`.
llvm::LogicalResult importAffineGrid(ImportCall &call);

} // namespace graphopt::aten
