//===- Pt2Archive.h - the files inside a .pt2 -----------------------------===//
#pragma once
#include "Interop/JsonDocument.h"
#include "graph-opt/Interop/Archive.h"
#include "mlir/IR/Attributes.h"
#include "mlir/IR/BuiltinTypes.h"

namespace graphopt {

/// Why a part of a graph can't be read: it is wrong, or it is something that we don't have.
struct Refusal {
  std::string message;
  bool isUnsupported = false;
};

class Pt2Archive {
public:
  /// Opens the archive, checks its format and byte order, and parses its model and the tables of its weights.
  static llvm::Expected<Pt2Archive> open(llvm::StringRef path, mlir::MLIRContext *context, const Limits &limits);

  const JsonValue &getModel() const { return model->getRoot(); }
  /// "<path>!<entry>" of the model.
  llvm::StringRef getModelLabel() const { return modelLabel; }
  /// The value of a parameter, buffer or constant, by its full name: a reference into the archive called `weightsName` where it is
  /// stored and contiguous, else its own copy. `type` is checked against the table.
  llvm::Expected<mlir::Attribute> getWeight(llvm::StringRef name, mlir::RankedTensorType type, llvm::StringRef weightsName) const;

private:
  llvm::Expected<JsonDocument> parseEntry(llvm::StringRef name) const;

  mlir::MLIRContext *context = nullptr;
  Limits limits;
  mutable uint64_t copied = 0; ///< bytes of weights, in all
  std::optional<Archive> archive;
  std::string root; ///< the folder that all entries lie in, with its slash
  std::string modelLabel;
  std::optional<JsonDocument> model, weights, constants;
};

/// The element type of a dtype code of the schema (not c10's), or null.
mlir::Type pt2ElementType(int64_t code, mlir::MLIRContext *context);
/// The type of a tensor_meta; `?` where a size is symbolic. Null, with the reason, for types that we don't have.
mlir::RankedTensorType pt2TensorType(const JsonValue &meta, mlir::MLIRContext *context, Refusal &refusal);

} // namespace graphopt
