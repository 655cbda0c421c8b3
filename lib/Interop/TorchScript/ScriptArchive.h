//===- ScriptArchive.h - the files inside a TorchScript archive -----------===//
#pragma once
#include "Interop/TorchScript/Pickle.h"
#include "Interop/TorchScript/Syntax.h"
#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinTypes.h"

namespace graphopt::script {

class ScriptArchive {
public:
  /// Opens the archive, checks its byte order, and reads its pickles.
  static llvm::Expected<ScriptArchive> open(llvm::StringRef path, const Limits &limits);
  /// The same, with errors emitted.
  static std::optional<ScriptArchive> open(llvm::StringRef path, mlir::MLIRContext *context, const Limits &limits);

  llvm::StringRef getLabel() const { return archive->getLabel(); }
  const PickleValue &getModel() const { return model->getRoot(); }
  /// The value of CONSTANTS.c<index>; null where there is none.
  const PickleValue *getConstant(uint64_t index) const;

  /// The class or function of a qualified name, "__torch__.torch.nn.functional.relu", whose file is parsed when something of it is asked
  /// for; null where there is none.
  llvm::Expected<const Class *> findClass(llvm::StringRef name);
  llvm::Expected<const Function *> findFunction(llvm::StringRef name);
  /// Parses and visits all files of code.
  llvm::Error visitUnits(llvm::function_ref<void(const Unit &)> visit);

  /// The type of a tensor of a pickle.
  llvm::Expected<mlir::RankedTensorType> getType(const PickleValue &tensor, llvm::StringRef name, mlir::MLIRContext *context) const;
  /// Its value: in place where it is stored, else a copy. `folder` is that of the pickle's storages, data or constants.
  llvm::Expected<mlir::Attribute> getValue(const PickleValue &tensor, llvm::StringRef folder, llvm::StringRef name,
                                           mlir::RankedTensorType type, llvm::StringRef weightsName);
  /// Where a tensor of the model lies: two of one place are the same tensor.
  static std::string placeOf(const PickleValue &tensor);

private:
  llvm::Expected<Pickle> readPickle(llvm::StringRef name) const;
  /// The file of code that holds what a module of that name does; null where there is none.
  llvm::Expected<const Unit *> findUnit(llvm::StringRef module);
  template <typename T> llvm::Expected<const T *> find(llvm::StringRef name, llvm::StringMap<T> Unit::*definitions);

  Limits limits;
  uint64_t copied = 0; ///< bytes of weights, in all
  std::optional<Archive> archive;
  std::string root; ///< the folder that all entries lie in, with its slash
  std::optional<Pickle> model, constants;
  llvm::StringMap<std::unique_ptr<Unit>> units;
};

/// The element type of a dtype as TorchScript's code has it (c10's numbers), or null.
mlir::Type scriptElementType(int64_t code, mlir::MLIRContext *context);
/// The other way; -1 for a type that torch has not.
int64_t scriptDtype(mlir::Type elementType);

} // namespace graphopt::script
