//===- Weights.h - the objects and tensors of a TorchScript model ---------===//
#pragma once
#include "Interop/TorchScript/Evaluator.h"
#include "graph-opt/Dialect/Graph/Ops/Parameter.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "mlir/IR/SymbolTable.h"

namespace graphopt::script {

/// Makes objects of the model's pickle, and graph.parameters of those of its tensors that the code reads.
class Weights : public TensorSource {
public:
  Weights(ScriptArchive &archive, Memory &memory, mlir::func::FuncOp function, mlir::SymbolTable &symbols, llvm::StringRef weightsName)
      : archive(archive), memory(memory), function(function), symbols(symbols), weightsName(weightsName) {}

  /// The object, list or number of a value; `path` is its name in the model.
  llvm::FailureOr<Item> make(const PickleValue &value, llvm::StringRef path);
  mlir::Value load(Tensor &tensor) override;
  llvm::FailureOr<Item> getConstant(uint64_t index, mlir::Location loc) override;

  /// A parameter or buffer that the code has read.
  struct Used {
    Tensor *tensor;
    graph::ParameterOp parameter;
  };
  llvm::ArrayRef<Used> getUsed() const { return used; }

private:
  mlir::Value loadFrom(const PickleValue &weight, llvm::StringRef folder, llvm::StringRef name, llvm::StringRef role, Tensor *tensor);

  ScriptArchive &archive;
  Memory &memory;
  mlir::func::FuncOp function;
  mlir::SymbolTable &symbols;
  std::string weightsName;
  llvm::DenseMap<const PickleValue *, Item> made;
  llvm::StringMap<Tensor *> byPlace;  ///< tensors of one place are one, under any number of names
  llvm::StringMap<std::string> roles; ///< by the tensor's name
  llvm::SmallVector<Used> used;
  llvm::DenseMap<uint64_t, Item> constants;
};

} // namespace graphopt::script
