//===- Forms.h - what a variable may be after control flow ----------------===//
//
// Where it is known only as the model runs which code has run, a variable is what all ways give it: the same thing, or tensors and numbers
// that the control flow yields as values, nested in the same way.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "Interop/TorchScript/Items.h"
#include "mlir/IR/BuiltinTypes.h"

namespace graphopt::script {

struct Form {
  enum class Kind {
    unset,    ///< nothing reads it
    fixed,    ///< one item
    tensor,   ///< a value of `type`
    number,   ///< the same, of one element
    sequence, ///< `parts`
    mixed     ///< things that have nothing in common: an error for whoever reads it
  };
  Kind kind = Kind::mixed;
  Item item;                                      ///< of a fixed one
  bool isTensor = false;                          ///< of a fixed one, whether it can become a tensor,
  mlir::RankedTensorType type;                    ///< or, with this type, a number
  bool isLocal = false;                           ///< it is made in a region, so that it must be yielded
  Sequence::Kind sequence = Sequence::Kind::list; ///< of a sequence
  std::vector<Form> parts;
  llvm::SmallVector<Tensor *, 2> sources; ///< of a tensor: from outside, what it may share its storage with
  bool isContiguous = true;

  bool operator==(const Form &other) const;
};

/// What both are, at least.
Form join(const Form &a, const Form &b);
/// The sizes that two tensors have in common; null where they have not even the rank and the element type.
mlir::RankedTensorType joinTypes(mlir::Type a, mlir::Type b);
/// The types of the values that an item of a form is made of.
void addTypes(const Form &form, llvm::SmallVectorImpl<mlir::Type> &types);

} // namespace graphopt::script
