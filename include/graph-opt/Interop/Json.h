//===- Json.h - modules as JSON -------------------------------------------===//
//
// The format is versioned and described by docs/schemas/graph.json. SSA values are numbers, types and attributes that JSON has no form for
// are their MLIR text. Exporting, importing and exporting again gives the same bytes.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Limits.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/raw_ostream.h"
#include <string>

#pragma GCC visibility push(default)
namespace graphopt {

struct JsonExportOptions {
  /// The .safetensors file that blobs and constants over 1 KiB are written to. Without one, a module that holds such is refused.
  std::string weightsFile;
  /// Print the bytes of all weights, external ones too, in the JSON instead.
  bool inlineWeights = false;
};

/// Writes a verified module. Emits an error on the op that has no form.
llvm::LogicalResult exportJson(mlir::ModuleOp module, llvm::raw_ostream &os, const JsonExportOptions &options = {});

struct JsonImportOptions {
  /// Dialects whose ops are taken beside builtin, func, graph, check, arith, math, tensor, scf, cf, linalg and affine. They must be
  /// registered.
  llvm::SmallVector<std::string> dialects;
  Limits limits;
};

/// Reads and verifies a module. Weights are references to files in the folder of `path`, which becomes the context's base directory.
/// Emits errors that name file, line and column.
mlir::OwningOpRef<mlir::ModuleOp> importJson(llvm::StringRef path, mlir::MLIRContext *context, const JsonImportOptions &options = {});
/// The same for text in memory; `label` stands for the path.
mlir::OwningOpRef<mlir::ModuleOp> parseJson(llvm::StringRef text, llvm::StringRef label, mlir::MLIRContext *context,
                                            const JsonImportOptions &options = {});

} // namespace graphopt
#pragma GCC visibility pop
