//===- ResolveSizes.h - sizes of views as sizes of what they view ---------===//
#pragma once
#include "mlir/IR/PatternMatch.h"
namespace graphopt::memory {
/// Replaces memref.dim of a view or a buffer by the value that gives that size.
void populateResolveSizesPatterns(mlir::RewritePatternSet &patterns);
} // namespace graphopt::memory
