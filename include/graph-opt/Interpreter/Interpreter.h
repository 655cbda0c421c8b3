//===- Interpreter.h - the reference interpreter --------------------------===//
//
// Plain loops, written for being right: it judges every fold, lowering and gradient. Any op that implements EvaluateOpInterface runs;
// tensor, scf, arith, math and linalg on tensors join by external models.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Interpreter/TensorValue.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/SymbolTable.h"
#include "mlir/Interfaces/FunctionInterfaces.h"

#pragma GCC visibility push(default)
namespace graphopt {

/// What an evaluation may use. Zero means no limit.
struct EvalLimits {
  int64_t maxElements = int64_t(1) << 32;   ///< elements in one tensor
  int64_t maxIterations = int64_t(1) << 40; ///< loop iterations, all loops together
};

/// What an op's evaluate() sees of its surroundings.
class EvalContext {
public:
  virtual ~EvalContext();
  /// A zero-filled result. Emits an error on `op` and returns a null value where the shape is over the budget.
  TensorValue allocate(mlir::Operation *op, mlir::Type elementType, llvm::ArrayRef<int64_t> shape);
  /// Runs a single-block region with the block's arguments bound to `arguments`; appends the operands of its terminator.
  virtual llvm::LogicalResult runRegion(mlir::Region &region, llvm::ArrayRef<TensorValue> arguments,
                                        llvm::SmallVectorImpl<TensorValue> &results) = 0;
  /// The value that an op in an enclosing region uses from above.
  virtual TensorValue lookup(mlir::Value value) = 0;
  /// The op that a symbol names, as seen from `from`; null if there is none.
  virtual mlir::Operation *lookupSymbol(mlir::Operation *from, mlir::SymbolRefAttr name) = 0;
  /// Counts loop iterations against the budget.
  llvm::LogicalResult countIteration(mlir::Operation *op);

  EvalLimits limits;

private:
  int64_t iterations = 0;
};

/// What runs in the place of an op's evaluation: it gets the operands and fills the results, maybe by `evaluate`, which is the evaluation,
/// on these operands or others.
using EvalHook = llvm::function_ref<llvm::LogicalResult(mlir::Operation *op, llvm::ArrayRef<TensorValue> operands,
                                                        llvm::SmallVectorImpl<TensorValue> &results,
                                                        llvm::function_ref<llvm::LogicalResult(llvm::ArrayRef<TensorValue>)> evaluate)>;

/// Runs `function` of a verified module. Argument counts, element types, ranks and static sizes are checked. On failure an error has
/// been emitted on the op that failed. `hook` sees every op, those of regions and of functions that are called too.
llvm::FailureOr<llvm::SmallVector<TensorValue>> interpret(mlir::FunctionOpInterface function, llvm::ArrayRef<TensorValue> arguments,
                                                          const EvalLimits &limits = {}, EvalHook hook = {});

/// Evaluates one op on known operands, with no surroundings: what folding calls.
llvm::LogicalResult evaluateOp(mlir::Operation *op, llvm::ArrayRef<TensorValue> operands, llvm::SmallVectorImpl<TensorValue> &results,
                               const EvalLimits &limits = {});

} // namespace graphopt
#pragma GCC visibility pop
