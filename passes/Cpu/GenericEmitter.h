//===- GenericEmitter.h ===//
#pragma once
#include "VectorBody.h"
#include "graph-opt/Execution/CpuInfo.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Vector/IR/VectorOps.h"
namespace graphopt::cpu {

/// Emits a linalg.generic on memrefs as scf loops over vectors. Any op comes out right: what cannot be a vector along
/// some dimension becomes scalar loops with the accumulators in registers.
class GenericEmitter {
public:
  GenericEmitter(RewriterBase &builder, linalg::GenericOp op, const CpuInfo &cpu);
  /// Emits the loops before the op; the caller erases it.
  void emit();

private:
  enum class Access { Uniform, Contiguous, Lanes };
  struct Operand {
    Value memref;
    AffineMap map;
    Access access;
    int64_t level; ///< the innermost loop that its indices depend on, as a position in `order`
    bool read;
    Value value; ///< as loaded in the current scope
  };
  struct Combiner {
    Operation *op = nullptr;
    vector::CombiningKind kind = vector::CombiningKind::ADD;
  };

  // Choice of the vector dimension.
  Access accessOf(Value memref, AffineMap map, int dim) const;
  Combiner combinerOf(unsigned output);
  void chooseVectorDim();
  bool masksFit();

  // Emission. Each emits into the current insertion point with the current induction variables.
  void parallelLevel(size_t position);
  void accumulate();
  SmallVector<Value> reduceLevel(size_t position, SmallVector<Value> accumulators);
  SmallVector<Value> reduceVectors(SmallVector<Value> accumulators);
  SmallVector<Value> body(ArrayRef<Value> accumulators);
  void emitLoads(int64_t level);
  void store(Operand &operand, Value value);
  Value load(const Operand &operand);
  SmallVector<Value> indices(const Operand &operand, int64_t lane = 0);
  Value combine(unsigned output, Value lhs, Value rhs, int64_t width);
  /// A loop over [lower, upper) by step around `inside`, which gets and returns the carried values.
  SmallVector<Value> loop(unsigned dim, Value lower, Value upper, int64_t step, ValueRange carried,
                          function_ref<SmallVector<Value>(SmallVector<Value>)> inside);
  Value index(int64_t value);
  Value roundDown(Value value, int64_t multiple);
  int64_t staticSize(unsigned dim) const { return staticSizes[dim]; }

  RewriterBase &builder;
  Location loc;
  linalg::GenericOp op;
  const CpuInfo &cpu;
  SmallVector<int64_t> staticSizes;
  SmallVector<Value> sizes, loops;
  SmallVector<utils::IteratorType> iterators;
  SmallVector<Operand> operands;
  SmallVector<Combiner> combiners;
  SmallVector<unsigned> order;
  size_t numParallel = 0;
  int vectorDim = -1;
  int64_t width = 1; ///< lanes of a full vector
  int64_t lanes = 1; ///< lanes in the current scope
  Value mask;        ///< of the current scope, or null
};

} // namespace graphopt::cpu
