//===- WeightValues.h - what depends on weights alone ---------------------===//
#pragma once
#include "mlir/Dialect/Func/IR/FuncOps.h"
namespace graphopt::cpu {

/// Tells which values of a function are the same in every call: those computed from weights (arguments with
/// `graph.weight`) and constants, by ops without effects on tensors of static size.
class WeightValues {
public:
  explicit WeightValues(mlir::func::FuncOp func) : func(func) {}
  bool isFixed(mlir::Value value);     ///< weights and constants alone
  bool needsWeight(mlir::Value value); ///< fixed, and not without a weight

private:
  struct Facts {
    bool fixed = false, weight = false;
  };
  Facts factsOf(mlir::Value value);
  mlir::func::FuncOp func;
  llvm::DenseMap<mlir::Value, Facts> known;
};

} // namespace graphopt::cpu
