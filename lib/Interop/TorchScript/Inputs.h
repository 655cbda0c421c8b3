//===- Inputs.h - the inputs of a TorchScript model -----------------------===//
#pragma once
#include "Interop/TorchScript/Items.h"
#include "graph-opt/Interop/TorchScript.h"
#include "mlir/Dialect/Func/IR/FuncOps.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/JSON.h"

namespace graphopt::script {

/// Makes arguments of the function for what forward() takes. The file has types, and no sizes: those come with the options.
class Inputs {
public:
  Inputs(Memory &memory, mlir::func::FuncOp function, const TorchScriptOptions &options)
      : memory(memory), function(function), options(options) {}

  /// What an input is; none where the default holds. Errors have been emitted, but for missing sizes: see check().
  llvm::FailureOr<std::optional<Item>> make(const Parameter &parameter);
  /// Every input that needs sizes has them, and no others are given.
  mlir::LogicalResult check();

  llvm::ArrayRef<Tensor *> getTensors() const { return tensors; }
  llvm::SmallVector<mlir::Attribute> attributes; ///< of the arguments
  llvm::json::Array names;                       ///< of forward's arguments, each with its value where that is fixed

private:
  llvm::FailureOr<Item> make(llvm::StringRef name, const Expr &type);
  llvm::FailureOr<Item> makeTensor(llvm::StringRef name, llvm::StringRef text);
  llvm::FailureOr<Item> makeNumber(llvm::StringRef name, llvm::StringRef kind);
  llvm::FailureOr<Item> makeSequence(llvm::StringRef name, Sequence::Kind kind, llvm::ArrayRef<const Expr *> types);
  Tensor *addArgument(llvm::StringRef name, mlir::RankedTensorType type);
  bool isGiven(llvm::StringRef name) const;

  Memory &memory;
  mlir::func::FuncOp function;
  const TorchScriptOptions &options;
  llvm::SmallVector<Tensor *> tensors;
  llvm::SmallVector<std::string> missing; ///< inputs whose types are not given
  llvm::StringSet<> taken;                ///< those that are
};

} // namespace graphopt::script
