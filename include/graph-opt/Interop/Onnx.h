//===- Onnx.h - ONNX models -----------------------------------------------===//
//
// An .onnx file is read without protobuf and without ONNX: its graph becomes ops by the import rules, its weights stay where they are, as
// references into the file or its files of external data. Nothing in it is run. Graphs are written as ONNX the same way.
//
//===----------------------------------------------------------------------===//
#pragma once
#include "graph-opt/Interop/ImportReport.h"
#include "graph-opt/Limits.h"
#include "mlir/IR/BuiltinOps.h"
#include "mlir/IR/OwningOpRef.h"
#include "llvm/Support/raw_ostream.h"

#pragma GCC visibility push(default)
namespace graphopt {

struct OnnxOptions {
  std::string functionName = "main";
  Limits limits;
};

/// Imports a model of opset 1 to 28 as a verified module with one public function. Weights refer to files in the folder of `path`, which
/// becomes the context's base directory. Operators that nothing supports are reported all at once, and so are those whose arguments are.
/// Errors carry the location NameLoc(node, FileLineColLoc("<path>", 0, 0)). On failure null; `report`, if given, is filled as far as the
/// model could be read.
mlir::OwningOpRef<mlir::ModuleOp> importOnnx(llvm::StringRef path, mlir::MLIRContext *context, const OnnxOptions &options = {},
                                             ImportReport *report = nullptr);

/// Reads the operators of a model without converting any.
llvm::FailureOr<ImportReport> reportOnnx(llvm::StringRef path, mlir::MLIRContext *context, const Limits &limits = {});

struct OnnxExportOptions {
  /// The function that becomes the model's graph; the only public one where this is empty.
  std::string functionName;
  /// Weights of more bytes than this in all are written to `weightsFile`. protobuf's own limit is 2 GiB.
  int64_t inlineBytes = int64_t(1) << 30;
  /// The file of external data, in safetensors' format, beside the model. Without one, a model with more weights is refused.
  std::string weightsFile;
};

/// Writes a function of a verified module as an ONNX model of opset 21. Ops that have no ONNX form are reported all at once. The module
/// is left as it is.
llvm::LogicalResult exportOnnx(mlir::ModuleOp module, llvm::raw_ostream &os, const OnnxExportOptions &options = {});

} // namespace graphopt
#pragma GCC visibility pop
