//===- ImportSupport.h - what the importers of models share ---------------===//
#pragma once
#include "graph-opt/Interop/ImportReport.h"
#include "graph-opt/Interop/ImportRules.h"
#include "mlir/IR/Diagnostics.h"
#include "mlir/IR/Region.h"
#include "llvm/Support/Error.h"
#include <optional>
#include <string>

namespace graphopt {

/// The rules that the context's ops have; null, and an error, where two are for one operator.
std::optional<ImportRules> collectRules(mlir::MLIRContext *context);
/// An error of the model at `path` as a diagnostic with its class. The message begins with the path, maybe with entry, line and column:
/// that becomes the location.
void emitFileError(mlir::MLIRContext *context, llvm::StringRef path, llvm::Error error);
/// Emits an error for each operator of the report that nothing supports, at its first node in the file called `label`.
llvm::LogicalResult checkSupport(const ImportReport &report, mlir::MLIRContext *context, llvm::StringRef label);

/// While it lives, diagnostics get their place in the model's file: NameLoc(node, file), which tools print as "file:node 'name'", and a
/// note with the user's own source line where the location has one.
class ImportDiagnostics {
public:
  ImportDiagnostics(mlir::MLIRContext *context, llvm::StringRef label);
  bool hasUnsupported = false; ///< an operator was called with arguments that its rule refuses

private:
  void forward(mlir::Diagnostic &diagnostic);

  std::string label;
  bool isForwarding = false;
  std::optional<mlir::ScopedDiagnosticHandler> handler;
};

/// The values as these types, of other static sizes: what loops carry and branches yield keeps its type.
llvm::SmallVector<mlir::Value> castAll(mlir::OpBuilder &b, mlir::Location loc, mlir::ValueRange values, mlir::TypeRange types);
/// The number of a tensor that holds one.
mlir::Value extractOnly(mlir::OpBuilder &b, mlir::Location loc, mlir::Value tensor);

/// Adds the input that random numbers are drawn by, a tensor<i64>, behind the others.
mlir::Value addRandomKey(mlir::Block &body);
/// Its attributes where something was drawn; else it is taken away again.
mlir::DictionaryAttr settleRandomKey(const RandomSource &random);

/// Erases what nothing uses: sizes that folded, and results of rules that the model leaves alone.
void eraseUnused(mlir::Region &region);

} // namespace graphopt
