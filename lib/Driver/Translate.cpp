//===- Translate.cpp ------------------------------------------------------===//
#include "Driver/Translate.h"
#include "Driver/Crash.h"
#include "Driver/Diagnostics.h"
#include "Driver/Input.h"
#include "Driver/OpTable.h"
#include "Driver/Output.h"
#include "Driver/Tool.h"
#include "graph-opt/GraphOpt.h"
#include "graph-opt/Interop/Dot.h"
#include "graph-opt/Interop/Json.h"
#include "graph-opt/Interop/Pt2.h"

using namespace llvm;
using namespace mlir;
using namespace graphopt;

static Error printOpTable(Module &module, const TranslateRequest &request, raw_ostream &os) {
  OpTable before = OpTable::count(module.get(), request.dynamicSize);
  std::optional<OpTable> after;
  if (!request.after.empty()) {
    if (Error error = module.runPipeline(request.after))
      return error;
    after = OpTable::count(module.get(), request.dynamicSize);
  }
  const OpTable *second = after ? &*after : nullptr;
  if (request.json)
    printOpTablesJson(os, before, second, request.after, request.dynamicSize);
  else
    printOpTables(os, before, second);
  return Error::success();
}

/// Every operator with its count and its support. Not an error, but exit code 3, where some are not supported.
static int report(const TranslateRequest &request) {
  DialectRegistry &registry = Module::registry();
  MLIRContext context(registry);
  FailureOr<ImportReport> report = failure();
  if (Error error = captureDiagnostics(&context, request.input, "reading", &errs(),
                                       [&]() -> LogicalResult { return report = reportPt2(request.input, &context); }))
    return fail(std::move(error));
  Expected<OutputFile> out = OutputFile::open(request.output);
  if (!out)
    return fail(out.takeError());
  request.json ? report->printJson(out->os()) : report->print(out->os());
  if (Error error = out->keep())
    return fail(std::move(error));
  return static_cast<int>(report->isSupported() ? Failure::none : Failure::unsupportedOp);
}

/// What --import-pt2 and --import-json promise of their input.
static Error checkFormat(const TranslateRequest &request) {
  std::optional<Format> wanted;
  if (request.what == Translation::importPt2 || request.what == Translation::importReport)
    wanted = Format::pt2;
  if (request.what == Translation::importJson)
    wanted = Format::json;
  if (!wanted)
    return Error::success();
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openInput(request.input);
  if (!buffer)
    return buffer.takeError();
  Format format = recogniseFormat((*buffer)->getBuffer());
  if (format == *wanted)
    return Error::success();
  return makeError(Failure::badInput, request.input + ": error: expected " + getFormatName(*wanted) + ", got " + getFormatName(format));
}

static Error write(Module &module, const TranslateRequest &request) {
  if (request.what == Translation::importPt2 || request.what == Translation::importJson)
    return module.save(request.output);
  Expected<OutputFile> out = OutputFile::open(request.output);
  if (!out)
    return out.takeError();
  Error error = Error::success();
  switch (request.what) {
  case Translation::exportJson: {
    JsonExportOptions options;
    options.inlineWeights = request.inlineWeights;
    options.weightsFile = request.weightsFile;
    error = captureDiagnostics(module.getContext(), request.input, "exporting", &errs(),
                               [&] { return exportJson(module.get(), out->os(), options); });
    break;
  }
  case Translation::exportDot: {
    DotExportOptions options;
    options.showConstants = request.showConstants;
    exportDot(module.get(), out->os(), options);
    break;
  }
  default:
    error = printOpTable(module, request, out->os());
  }
  if (error)
    return error;
  return out->keep();
}

int graphopt::translate(const TranslateRequest &request) {
  setCrashInput(request.input, StringRef(nullptr, 0));
  crashIfAsked();
  if (Error error = checkFormat(request))
    return fail(std::move(error));
  if (request.what == Translation::importReport)
    return report(request);
  LoadOptions options;
  options.trusted = request.trusted;
  options.maxNesting = request.maxNesting;
  options.weights = request.weights;
  options.diagnostics = &errs();
  Expected<Module> module = Module::load(request.input, options);
  if (!module)
    return fail(module.takeError());
  if (Error error = write(*module, request))
    return fail(std::move(error));
  return 0;
}
