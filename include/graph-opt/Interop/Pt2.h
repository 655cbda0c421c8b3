//===- Pt2.h - torch.export archives --------------------------------------===//
//
// A .pt2 file is read without torch: its graph becomes ops by the import rules, its weights stay where they are, as references into the
// archive. Nothing in it is run.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Interop/ImportReport.h"
#include "graph-opt/Limits.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include <string>

#pragma GCC visibility push(default)
namespace graphopt {

struct ImportOptions {
  std::string functionName = "main";
  /// What references to weights call the archive; the file's own name where empty.
  std::string weightsName;
  Limits limits;
};

/// Imports the archive's only model as a verified module with one public function. Weights refer to files in the folder of `path`, which
/// becomes the context's base directory. Operators that nothing supports are reported all at once, and so are those whose arguments are.
/// Errors carry the location NameLoc(node, FileLineColLoc("<path>!<entry>", 0, 0)) and a note with the user's source line. On failure null;
/// `report`, if given, is filled as far as the graph could be read.
mlir::OwningOpRef<mlir::ModuleOp> importPt2(llvm::StringRef path, mlir::MLIRContext *context, const ImportOptions &options = {},
                                            ImportReport *report = nullptr);

/// Reads the operators of the archive's model without converting any.
llvm::FailureOr<ImportReport> reportPt2(llvm::StringRef path, mlir::MLIRContext *context, const Limits &limits = {});

} // namespace graphopt
#pragma GCC visibility pop
