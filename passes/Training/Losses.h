//===- Losses.h - what training makes small -------------------------------===//
//
// Losses are torch.nn.functional's, by the import rules of the ATen operators that those are.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "Training/Settings.h"
#include "mlir/IR/Builders.h"
#include "mlir/IR/BuiltinTypes.h"

namespace graphopt::training {

/// What the target of a loss is like.
enum class TargetKind { sameAsOutput, classes, classesOrProbabilities };

struct Loss {
  llvm::StringRef name, overload;
  TargetKind target;
  /// The operator's arguments behind the target in its order: numbers, tensors ("weight", absent by default), flags and the reduction.
  enum class Kind { integer, number, flag, tensor, reduction };
  struct Argument {
    llvm::StringRef name;
    Kind kind;
    double value = 0;
  };
  std::vector<Argument> arguments;

  /// The numbers that users may give; 1 for a tensor says that there is one.
  std::vector<Setting> getSettings() const;
  /// The axis of the classes of an output of `rank`.
  static int64_t classAxis(int64_t rank) { return rank == 1 ? 0 : 1; }
  /// The type of the target, or of the argument `weight` or `pos_weight`, for an output.
  mlir::RankedTensorType getTargetType(mlir::RankedTensorType output, const Settings &settings) const;
  mlir::RankedTensorType getTensorType(mlir::RankedTensorType output) const;
  /// The loss as a tensor of rank 0. `tensor` gives the values of arguments of that kind that the settings ask for. Emits errors.
  mlir::FailureOr<mlir::Value> build(mlir::OpBuilder &b, mlir::Location loc, const Settings &settings, mlir::Value output,
                                     mlir::Value target, llvm::function_ref<mlir::FailureOr<mlir::Value>(llvm::StringRef)> tensor) const;
};

/// Null where there is none of that name.
const Loss *findLoss(llvm::StringRef name);
/// "cross_entropy, nll": for messages.
std::string listLosses();

} // namespace graphopt::training
