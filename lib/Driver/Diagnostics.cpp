//===- Diagnostics.cpp ----------------------------------------------------===//
#include "Driver/Diagnostics.h"
#include "Driver/Tool.h"
#include "mlir/IR/Location.h"
#include "llvm/Support/SourceMgr.h"
#include "llvm/Support/WithColor.h"

using namespace llvm;
using namespace mlir;
using namespace graphopt;

DiagnosticFilter::DiagnosticFilter(MLIRContext *context, StringRef label, raw_ostream &os)
    : context(context), label(label == "-" ? "<stdin>" : label.str()), os(os) {
  id = context->getDiagEngine().registerHandler([this](Diagnostic &diagnostic) { return handle(diagnostic); });
}

DiagnosticFilter::~DiagnosticFilter() { context->getDiagEngine().eraseHandler(id); }

/// Upstream's error about the text of a pipeline, which is the command line's and not the input's.
bool DiagnosticFilter::isWrongPipeline(Diagnostic &diagnostic) {
  std::string whole = diagnostic.str();
  StringRef text = whole;
  bool isParser = text.consume_front("MLIR Textual PassPipeline Parser:");
  bool isOption = text.consume_front("<Pass-Options-Parser>: ");
  // A pass nested where it cannot run.
  bool isAnchor = text.starts_with("can't run '") || text.starts_with("Can't add pass '") ||
                  text.starts_with("unable to schedule pass '") || text.contains(" trying to schedule pass '");
  if (!isParser && !isOption && !isAnchor && !text.starts_with("failed to add `") && !text.contains("does not refer to a registered pass"))
    return false;
  auto [position, message] = text.split(": error: ");
  if (!isParser || message.empty()) {
    position = "";
    message = text;
  }
  WithColor::error(os, toolName()) << (position.empty() ? Twine("") : "in the pipeline, at " + position + ": ");
  auto [first, rest] = message.split('\n');
  os << withSuggestion(first.rtrim());
  rest = rest.ltrim('\n');
  os << "\n" << rest.rtrim() << (rest.trim().empty() ? "" : "\n");
  return true;
}

LogicalResult DiagnosticFilter::handle(Diagnostic &diagnostic) {
  if (diagnostic.getSeverity() == DiagnosticSeverity::Error) {
    ++numErrors;
    if (failure == Failure::none)
      failure = graphopt::getFailure(diagnostic);
    if (isWrongPipeline(diagnostic)) {
      failure = Failure::usage;
      return success();
    }
    // Upstream's words for an op that nothing lowers.
    std::string text = diagnostic.str();
    if (StringRef(text).contains("op was not bufferized") || StringRef(text).starts_with("failed to legalize operation")) {
      if (numErrors == 1)
        failure = Failure::unsupportedOp;
      diagnostic.attachNote() << "expected an op that can be lowered, got one that nothing here lowers";
    }
  } else if (!showWarnings) {
    return success();
  }
  if (isInInput(diagnostic))
    return mlir::failure(); // to the handler below
  print(diagnostic);
  return success();
}

/// Whether all of its places are lines of the input. The handler below shows the source, and opens whatever file a location names: one from
/// outside may name a pipe, or a secret.
bool DiagnosticFilter::isInInput(Diagnostic &diagnostic) {
  auto isOwn = [&](Location loc) {
    bool hasLine = false;
    WalkResult result = loc->walk([&](Location part) {
      auto file = dyn_cast<FileLineColRange>(part);
      hasLine |= file && file.getStartLine() > 0;
      return !file || file.getFilename() == label || file.getFilename().strref().starts_with("within split at ") ? WalkResult::advance()
                                                                                                                 : WalkResult::interrupt();
    });
    return hasLine && !result.wasInterrupted();
  };
  return isOwn(diagnostic.getLocation()) &&
         llvm::all_of(diagnostic.getNotes(), [&](Diagnostic &note) { return isOwn(note.getLocation()); });
}

void DiagnosticFilter::print(Diagnostic &diagnostic) {
  auto where = [&](Location loc) {
    std::string text = label;
    if (auto file = loc->findInstanceOf<FileLineColLoc>()) {
      text = file.getFilename().str();
      if (file.getLine()) // none: an entry of an archive
        text += ":" + std::to_string(file.getLine()) + ":" + std::to_string(file.getColumn());
    }
    if (auto name = loc->findInstanceOf<NameLoc>())
      text += ":node '" + name.getName().str() + "'";
    return text;
  };
  auto print = [&](Diagnostic &d) {
    WithColor(os, raw_ostream::SAVEDCOLOR, /*Bold=*/true) << where(d.getLocation()) << ": ";
    switch (d.getSeverity()) {
    case DiagnosticSeverity::Error:
      WithColor::error(os);
      break;
    case DiagnosticSeverity::Warning:
      WithColor::warning(os);
      break;
    case DiagnosticSeverity::Remark:
      WithColor::remark(os);
      break;
    case DiagnosticSeverity::Note:
      WithColor::note(os);
      break;
    }
    os << d.str() << "\n";
  };
  print(diagnostic);
  for (Diagnostic &note : diagnostic.getNotes())
    print(note);
  if (diagnostic.getSeverity() == DiagnosticSeverity::Error && !StringRef(where(diagnostic.getLocation())).starts_with(label)) {
    WithColor(os, raw_ostream::SAVEDCOLOR, /*Bold=*/true) << label << ": ";
    WithColor::note(os) << "in this file\n";
  }
}

Error graphopt::captureDiagnostics(MLIRContext *context, StringRef label, StringRef what, raw_ostream *os,
                                   llvm::function_ref<LogicalResult()> action) {
  std::string text;
  raw_string_ostream stream(text);
  raw_ostream &out = os ? *os : stream;
  SourceMgr sources;
  SourceMgrDiagnosticHandler lines(sources, context, out);
  DiagnosticFilter filter(context, label, out);
  if (succeeded(action()))
    return Error::success();
  if (filter.getNumErrors())
    return make_error<GraphError>(filter.getFailure(), std::move(text));
  return makeError(Failure::internal, Twine(label) + ": error: " + what + " failed without a message");
}
