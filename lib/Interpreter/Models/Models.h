//===- Models.h - upstream's ops in the interpreter -----------------------===//
#pragma once
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Interpreter/Interpreter.h"
#include "mlir/IR/DialectRegistry.h"

namespace graphopt {

/// Attach EvaluateOpInterface to the ops of upstream dialects.
void registerArithModels(mlir::DialectRegistry &registry);
void registerMathModels(mlir::DialectRegistry &registry);
void registerTensorModels(mlir::DialectRegistry &registry);
void registerTensorSliceModels(mlir::DialectRegistry &registry);
void registerScfModels(mlir::DialectRegistry &registry);
void registerLinalgModels(mlir::DialectRegistry &registry);
void registerAffineModels(mlir::DialectRegistry &registry);

inline void registerInterpreterModels(mlir::DialectRegistry &registry) {
  registerArithModels(registry);
  registerMathModels(registry);
  registerTensorModels(registry);
  registerTensorSliceModels(registry);
  registerScfModels(registry);
  registerLinalgModels(registry);
  registerAffineModels(registry);
}

/// An op of arith or math, on scalars or element by element.
llvm::LogicalResult evaluateKernel(mlir::Operation *op, EvalContext &context, llvm::ArrayRef<TensorValue> operands,
                                   llvm::SmallVectorImpl<TensorValue> &results);

template <typename Op> struct KernelModel : EvaluateOpInterface::ExternalModel<KernelModel<Op>, Op> {
  llvm::LogicalResult evaluate(mlir::Operation *op, EvalContext &context, llvm::ArrayRef<TensorValue> operands,
                               llvm::SmallVectorImpl<TensorValue> &results) const {
    return evaluateKernel(op, context, operands, results);
  }
};
template <typename... Ops> void attachKernels(mlir::MLIRContext *context) {
  (Ops::template attachInterface<KernelModel<Ops>>(*context), ...);
}

/// A model whose function is a template parameter: FunctionModel<tensor::DimOp, evaluateDim>.
template <typename Op, auto function> struct FunctionModel : EvaluateOpInterface::ExternalModel<FunctionModel<Op, function>, Op> {
  llvm::LogicalResult evaluate(mlir::Operation *op, EvalContext &context, llvm::ArrayRef<TensorValue> operands,
                               llvm::SmallVectorImpl<TensorValue> &results) const {
    return function(mlir::cast<Op>(op), context, operands, results);
  }
};

/// The sizes, offsets or strides of an op as numbers: static ones from the attribute, the others from the rank-0 index operands.
inline llvm::SmallVector<int64_t> resolve(llvm::ArrayRef<int64_t> fixed, llvm::ArrayRef<TensorValue> dynamic) {
  llvm::SmallVector<int64_t> result;
  size_t next = 0;
  for (int64_t value : fixed)
    result.push_back(mlir::ShapedType::isDynamic(value) ? dynamic[next++].getAsInt(0) : value);
  return result;
}

/// Fills a tensor whose contents are not defined: NaN, and conspicuous integers.
void fillUndefined(TensorValue &value);

} // namespace graphopt
