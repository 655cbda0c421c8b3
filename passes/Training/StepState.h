//===- StepState.h - what a step of training reads and leaves -------------===//
#pragma once
#include "Training/Optimizers.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/MapVector.h"
#include <optional>

namespace graphopt::training {

/// The mutable parameters of a module that a step changes, with their values before and after it.
class StepState {
public:
  StepState(mlir::func::FuncOp step, ExprBuilder &g) : step(step), g(g) {}

  /// A value that the step has read, to be written.
  void adopt(llvm::StringRef name, mlir::Value value) { before[name] = value; }
  /// Reads a state, which is made with `initial` in all elements where it is new.
  Expr read(llvm::StringRef name, mlir::RankedTensorType type, double initial);
  /// Sets what a state is after the step. Cast to its type.
  void write(llvm::StringRef name, Expr value);
  /// From here on, what is written holds only in steps where `due`, a tensor<i1>, is true.
  void onlyWhen(Expr due) { condition = due; }
  /// The parameter after a step of an optimiser, which is computed in f32 at least.
  Expr update(const Optimizer &optimizer, const Settings &settings, llvm::StringRef name, Expr gradient, Expr rate);

  const llvm::MapVector<llvm::StringRef, mlir::Value> &getNext() const { return after; }
  /// Whether all states could be made; errors have been emitted.
  llvm::LogicalResult getStatus() const { return status; }

private:
  friend class ParameterUpdate;
  mlir::func::FuncOp step;
  ExprBuilder &g;
  std::optional<Expr> condition, count;
  llvm::StringMap<mlir::Value> before;
  llvm::MapVector<llvm::StringRef, mlir::Value> after; ///< the names are keys of `before`
  llvm::LogicalResult status = llvm::success();
};

} // namespace graphopt::training
