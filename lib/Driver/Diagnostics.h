//===- Diagnostics.h - prints diagnostics, keeps the class of failure -----===//
#pragma once
#include "graph-opt/GraphError.h"
#include "mlir/IR/MLIRContext.h"
#include "llvm/Support/raw_ostream.h"

#pragma GCC visibility push(default)
namespace graphopt {

/// While it lives, sees the diagnostics of a context first. Those about lines of the input go on to the handler below, which shows the
/// source; it prints the others itself, so that no message begins with "<unknown>:0".
class DiagnosticFilter {
public:
  /// `label` stands for the location where a diagnostic has none: the input's name. Prints to `os`.
  DiagnosticFilter(mlir::MLIRContext *context, llvm::StringRef label, llvm::raw_ostream &os);
  ~DiagnosticFilter();

  /// The class of the first error; none if there was none.
  Failure getFailure() const { return failure; }
  unsigned getNumErrors() const { return numErrors; }
  /// Where false, warnings and remarks are dropped.
  bool showWarnings = true;

private:
  mlir::LogicalResult handle(mlir::Diagnostic &diagnostic);
  bool isWrongPipeline(mlir::Diagnostic &diagnostic);
  bool isInInput(mlir::Diagnostic &diagnostic);
  void print(mlir::Diagnostic &diagnostic);

  mlir::MLIRContext *context;
  std::string label;
  llvm::raw_ostream &os;
  mlir::DiagnosticEngine::HandlerID id;
  Failure failure = Failure::none;
  unsigned numErrors = 0;
};

/// Runs `action`. Where it fails, returns an error with the diagnostics and the class of the first one; they are printed to `os` instead
/// where that is not null. A failure without any error is a defect of ours: "<what> failed without a message".
llvm::Error captureDiagnostics(mlir::MLIRContext *context, llvm::StringRef label, llvm::StringRef what, llvm::raw_ostream *os,
                               llvm::function_ref<mlir::LogicalResult()> action);

} // namespace graphopt
#pragma GCC visibility pop
