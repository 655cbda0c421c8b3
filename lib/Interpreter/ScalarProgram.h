//===- ScalarProgram.h - a region of scalar ops, ready to run many times --===//
#pragma once
#include "Interpreter/Scalar.h"
#include "graph-opt/Interpreter/Interpreter.h"
#include "mlir/IR/Operation.h"
#include "llvm/ADT/DenseMap.h"
#include <functional>
#include <vector>

namespace graphopt {

/// The body of a linalg op, a tensor.generate or a tensor.pad: ops of arith, math and affine on scalars, tensor.extract and tensor.dim
/// of tensors from above, linalg.index, and scf.if, scf.for and scf.while over scalars. Values are resolved to slots once.
class ScalarProgram {
public:
  /// Emits an error on the op that has no place in such a body.
  static llvm::FailureOr<ScalarProgram> compile(mlir::Region &region, EvalContext &context);

  unsigned getNumResults() const { return static_cast<unsigned>(body.results.size()); }
  Scalar &argument(unsigned i) { return slots[body.arguments[i]]; }
  Scalar result(unsigned i) const { return slots[body.results[i]]; }
  /// What linalg.index reads.
  llvm::MutableArrayRef<int64_t> getIndices() { return indices; }
  /// Emits an error where an op has undefined behaviour.
  llvm::LogicalResult run() { return runBlock(body); }

private:
  struct Block;
  struct Step {
    std::function<llvm::LogicalResult(ScalarProgram &)> run; ///< where the kernel is null
    Kernel kernel;
    llvm::SmallVector<unsigned, 4> in, out;
    mlir::Operation *op = nullptr;
  };
  struct Block {
    std::vector<Step> steps;
    llvm::SmallVector<unsigned, 4> arguments, results;
  };

  unsigned slotOf(mlir::Value value);
  llvm::FailureOr<Block> compileBlock(mlir::Region &region);
  llvm::FailureOr<Step> compileStep(mlir::Operation *op);
  llvm::LogicalResult runBlock(const Block &block);
  llvm::SmallVector<unsigned, 4> slotsOf(mlir::ValueRange values);
  void copy(llvm::ArrayRef<unsigned> from, llvm::ArrayRef<unsigned> to);

  EvalContext *context = nullptr;
  mlir::Region *top = nullptr;
  llvm::DenseMap<mlir::Value, unsigned> numbers;
  bool missing = false;
  std::vector<Scalar> slots;
  llvm::SmallVector<int64_t> indices;
  Block body;
};

/// The value of an affine expression; fails on a division that is not by a positive number.
llvm::FailureOr<int64_t> evaluateAffine(mlir::AffineExpr expr, llvm::ArrayRef<int64_t> dims, llvm::ArrayRef<int64_t> symbols);

} // namespace graphopt
