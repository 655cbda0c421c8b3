//===- ImportSupport.cpp - what the importers of models share -------------===//
#include "Interop/ImportSupport.h"
#include "graph-opt/Failure.h"
#include "mlir/IR/Operation.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"

using namespace mlir;
using namespace graphopt;

/// The user's own source line, as text: handlers open files that locations name.
static std::string sourceOf(Location loc) {
  auto file = loc->findInstanceOf<FileLineColLoc>();
  return file ? (file.getFilename().strref() + ":" + Twine(file.getLine())).str() : "";
}

ImportDiagnostics::ImportDiagnostics(MLIRContext *context, StringRef label) : label(label) {
  handler.emplace(context, [this](Diagnostic &diagnostic) -> LogicalResult {
    if (isForwarding)
      return failure(); // its own: for the handlers below
    isForwarding = true;
    forward(diagnostic);
    isForwarding = false;
    return success();
  });
}

void ImportDiagnostics::forward(Diagnostic &diagnostic) {
  Failure failure = getFailure(diagnostic);
  hasUnsupported |= failure == Failure::unsupportedOp;
  Location from = diagnostic.getLocation(), loc = FileLineColLoc::get(from.getContext(), label, 0, 0);
  if (auto node = dyn_cast<NameLoc>(from))
    loc = NameLoc::get(node.getName(), loc);
  InFlightDiagnostic placed = loc.getContext()->getDiagEngine().emit(loc, diagnostic.getSeverity());
  placed << diagnostic.str();
  if (Diagnostic *underlying = placed.getUnderlyingDiagnostic()) // null where nobody listens
    setFailure(*underlying, failure);
  if (std::string source = sourceOf(from); !source.empty())
    placed.attachNote() << "the model's source: " << source;
}

void graphopt::eraseUnused(Region &region) {
  for (Block &block : region)
    for (Operation &op : llvm::make_early_inc_range(llvm::reverse(block))) {
      for (Region &nested : op.getRegions())
        eraseUnused(nested);
      if (isOpTriviallyDead(&op))
        op.erase();
    }
}
