//===- TorchScript.h - what torch.jit.save writes -------------------------===//
//
// A .pt file of torch.jit.script or torch.jit.trace is read without torch: its code is parsed and walked, never run as Python, and its
// weights stay where they are, as references into the archive.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Interop/ImportReport.h"
#include "graph-opt/Limits.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/ADT/StringMap.h"

#pragma GCC visibility push(default)
namespace graphopt {

struct TorchScriptOptions {
  std::string functionName = "main";
  /// What references to weights call the archive; the file's own name where empty.
  std::string weightsName;
  /// Sizes and element types of the inputs by name, "2x3xf32", which the file does not hold; "?" is a size that calls may choose. The parts
  /// of a tuple or list are "NAME.0" and so on, those of a dict "NAME.KEY". An optional input that is not here is None; an int, float or
  /// bool is an input of the function, or "3", "0.5" or "True" here.
  llvm::StringMap<std::string> inputs;
  /// Gets, as JSON, what forward() takes and how its results are nested: "arguments" has the names, each in a list with its value where that
  /// is fixed; "results" an index, ["number", index], null, ["list" or "tuple", ...] or ["dict", [key, ...] ...].
  std::string *nesting = nullptr;
  Limits limits;
};

/// Imports forward() as a verified module with one public function. Weights refer to files in the folder of `path`, which becomes the
/// context's base directory. On failure null, and errors that name a place in the archive's code.
mlir::OwningOpRef<mlir::ModuleOp> importTorchScript(llvm::StringRef path, mlir::MLIRContext *context,
                                                    const TorchScriptOptions &options = {});

/// Reads the operators that the archive's code calls, whether or not an import would come across them. They have no overloads: one is
/// supported where any of its overloads is.
llvm::FailureOr<ImportReport> reportTorchScript(llvm::StringRef path, mlir::MLIRContext *context, const Limits &limits = {});

} // namespace graphopt
#pragma GCC visibility pop
