//===- Failure.cpp --------------------------------------------------------===//
#include "graph-opt/Failure.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Location.h"
#include "mlir/IR/MLIRContext.h"

using namespace mlir;
using namespace graphopt;

// The class travels as metadata of the diagnostic, which nothing prints. A string, so that nobody's integers are mistaken for it.
static constexpr std::pair<Failure, StringLiteral> tags[] = {
    {Failure::usage, "graph-opt failure: usage"},           {Failure::unsupportedOp, "graph-opt failure: unsupported op"},
    {Failure::numbersDiffer, "graph-opt failure: numbers"}, {Failure::limit, "graph-opt failure: limit"},
    {Failure::internal, "graph-opt failure: internal"},
};

void graphopt::setFailure(Diagnostic &diagnostic, Failure failure) {
  for (auto &[known, tag] : tags)
    if (known == failure)
      diagnostic.getMetadata().push_back(DiagnosticArgument(StringRef(tag)));
}

InFlightDiagnostic graphopt::emitError(Location loc, Failure failure) {
  InFlightDiagnostic diagnostic = mlir::emitError(loc);
  // Null where no handler is registered and errors are dropped.
  if (Diagnostic *underlying = diagnostic.getUnderlyingDiagnostic())
    setFailure(*underlying, failure);
  return diagnostic;
}

Failure graphopt::getFailure(Diagnostic &diagnostic) {
  for (DiagnosticArgument &argument : diagnostic.getMetadata())
    if (argument.getKind() == DiagnosticArgument::DiagnosticArgumentKind::String)
      for (auto &[failure, tag] : tags)
        if (argument.getAsString() == tag)
          return failure;
  return Failure::badInput;
}
