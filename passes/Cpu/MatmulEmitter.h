//===- MatmulEmitter.h - the register tile of a matrix product ------------===//
#pragma once
#include "MatmulForm.h"
#include "graph-opt/Execution/CpuInfo.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
namespace graphopt::cpu {

/// Emits a matrix product on memrefs: for each panel of columns, for each block of rows, a loop over k whose accumulators
/// (rows x columns / lanes vectors) stay in registers. Rows and columns at the edges get tiles of their own; columns by masks.
class MatmulEmitter {
public:
  /// `start` is the value that C starts from in place of what memory holds, or null.
  MatmulEmitter(RewriterBase &builder, linalg::GenericOp op, const MatmulForm &form, const CpuInfo &cpu, Value start);
  void emit();
  /// True when memory is laid out so that rows of B and C are vectors.
  static bool fits(linalg::GenericOp op, const MatmulForm &form, const CpuInfo &cpu);

private:
  void outerLoop(unsigned position);
  void panels();
  void rowBlocks(int64_t vectors, ArrayRef<Value> masks);
  void tile(int64_t rows, int64_t vectors, ArrayRef<Value> masks);
  /// The sum over the dimensions from `position` of the outer ones on, and k.
  SmallVector<Value> sum(size_t position, int64_t rows, int64_t vectors, ArrayRef<Value> masks, SmallVector<Value> accumulators);
  SmallVector<Value> step(int64_t rows, int64_t vectors, ArrayRef<Value> masks, Value k, ArrayRef<Value> accumulators);
  void loop(Value lower, Value upper, int64_t step, function_ref<void(Value)> inside);
  SmallVector<Value> indices(AffineMap map, Value m, Value n, Value k);
  Value load(Value memref, ValueRange at, Value mask);
  Value index(int64_t value);
  Value add(Value value, int64_t constant);
  Value roundDown(Value value, int64_t multiple);

  RewriterBase &builder;
  Location loc;
  linalg::GenericOp op;
  const MatmulForm &form;
  const CpuInfo &cpu;
  Value start;
  VectorType vector;
  int64_t lanes;
  SmallVector<Value> sizes, loops;
  Value row, column; ///< of the current tile
};

} // namespace graphopt::cpu
