//===- GraphError.h - errors with a class and a location ------------------===//
#pragma once
#include "graph-opt/Failure.h"
#include "llvm/Support/Error.h"
#include <string>

#pragma GCC visibility push(default)
namespace graphopt {

/// What the facade's functions fail with: the class, and the diagnostics as a tool would print them ("file:line:col: error: ...").
class GraphError final : public llvm::ErrorInfo<GraphError> {
public:
  static char ID; // NOLINT(readability-identifier-naming): LLVM's casting looks for it
  GraphError(Failure failure, std::string text) : failure(failure), text(std::move(text)) {}

  Failure getFailure() const { return failure; }
  /// Empty where a stream was given for diagnostics: they went there.
  llvm::StringRef getText() const { return text; }
  void log(llvm::raw_ostream &os) const override;
  std::error_code convertToErrorCode() const override;

private:
  Failure failure;
  std::string text;
};

llvm::Error makeError(Failure failure, const llvm::Twine &text);
/// The class of a system error: memory and size are limits, "not supported" is an unsupported op, anything else is bad input.
Failure getFailure(std::error_code code);

} // namespace graphopt
#pragma GCC visibility pop
