//===- ReverseMode.h - cotangents through ops and control flow ------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Cotangents.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "llvm/ADT/DenseSet.h"

namespace graphopt {

/// The values that depend on those that one differentiates by.
class Activity {
public:
  void add(mlir::Value value) { values.insert(value); }
  bool isActive(mlir::Value value) const { return values.contains(value); }
  /// Marks what ops, in the order of the code, make of active values, in their regions too.
  void spread(llvm::ArrayRef<mlir::Operation *> ops);

private:
  bool isUsedBy(mlir::Operation *op) const;
  void addFloats(mlir::ValueRange made);
  llvm::DenseSet<mlir::Value> values;
};

/// The function of that name, or the only public one where the name is empty: one with a body of one block. Null after an error that says
/// what it was wanted for: "differentiate".
mlir::func::FuncOp findFunction(mlir::ModuleOp module, llvm::StringRef name, llvm::StringRef purpose);

/// The ops of a block without its terminator.
llvm::SmallVector<mlir::Operation *> getSteps(mlir::Block &block);
/// Copies a block's ops to the builder's insertion point, its arguments being `arguments`; adds the terminator's operands to `ends`.
llvm::SmallVector<mlir::Operation *> copySteps(mlir::OpBuilder &b, mlir::Block &block, mlir::ValueRange arguments,
                                               llvm::SmallVectorImpl<mlir::Value> &ends);
/// Takes cotangents back through ops, in the order of the code, as far as they are active. Emits errors.
llvm::LogicalResult reverseSteps(llvm::ArrayRef<mlir::Operation *> steps, const Activity &activity, Cotangents &cotangents);
llvm::LogicalResult reverseIf(mlir::scf::IfOp op, const Activity &activity, Cotangents &cotangents);
/// The loop is replaced by one that keeps what each iteration began with.
llvm::LogicalResult reverseFor(mlir::scf::ForOp op, const Activity &activity, Cotangents &cotangents);

/// The loop is replaced by a counted one, behind one that counts.
llvm::LogicalResult reverseWhile(mlir::scf::WhileOp op, const Activity &activity, Cotangents &cotangents);

/// Parts of tensors.
void reverseExtractSlice(mlir::tensor::ExtractSliceOp op, Cotangents &cotangents);
void reverseInsertSlice(mlir::tensor::InsertSliceOp op, Cotangents &cotangents);

/// The value, or zeros where it is null, as a tensor of the type of `like`.
mlir::Value orZeros(mlir::OpBuilder &b, mlir::Value value, mlir::Value like);

} // namespace graphopt
