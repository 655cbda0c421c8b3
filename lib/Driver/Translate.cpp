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
#include "graph-opt/Interop/Onnx.h"
#include "graph-opt/Interop/Pt2.h"
#include "graph-opt/Interop/Safetensors.h"
#include "graph-opt/Interop/TorchScript.h"

#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/Path.h"

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
static int report(const TranslateRequest &request, Format format) {
  DialectRegistry &registry = Module::registry();
  MLIRContext context(registry);
  FailureOr<ImportReport> report = failure();
  if (Error error = captureDiagnostics(&context, request.input, "reading", &errs(), [&]() -> LogicalResult {
        auto *read = format == Format::onnx ? reportOnnx : format == Format::torchScript ? reportTorchScript : reportPt2;
        return report = read(request.input, &context, request.limits);
      }))
    return fail(std::move(error));
  Expected<OutputFile> out = OutputFile::open(request.output);
  if (!out)
    return fail(out.takeError());
  request.json ? report->printJson(out->os()) : report->print(out->os());
  if (Error error = out->keep())
    return fail(std::move(error));
  return static_cast<int>(report->isSupported() ? Failure::none : Failure::unsupportedOp);
}

/// What --import-pt2 and its like promise of their input. Returns the format, if it matters.
static Expected<Format> checkFormat(const TranslateRequest &request) {
  SmallVector<Format, 2> wanted;
  if (request.what == Translation::importPt2 || request.what == Translation::importReport)
    wanted.push_back(Format::pt2);
  if (request.what == Translation::importTorchScript || request.what == Translation::importReport)
    wanted.push_back(Format::torchScript);
  if (request.what == Translation::importOnnx || request.what == Translation::importReport)
    wanted.push_back(Format::onnx);
  if (request.what == Translation::importJson)
    wanted.push_back(Format::json);
  if (wanted.empty())
    return Format::empty;
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openInput(request.input);
  if (!buffer)
    return buffer.takeError();
  Format format = recogniseFormat((*buffer)->getBuffer());
  if (is_contained(wanted, format))
    return format;
  std::string names = join(map_range(wanted, getFormatName), " or ");
  return makeError(Failure::badInput, request.input + ": error: expected " + names + ", got " + getFormatName(format));
}

/// The Python file, and the file that it reads its weights from.
static Error writeFx(Module &module, const TranslateRequest &request) {
  std::string weightsFile = !request.weightsFile.empty() ? request.weightsFile : request.output == "-" ? "" : request.output + ".data";
  FxExportOptions options;
  options.weightsName = sys::path::filename(weightsFile).str();
  Expected<FxProgram> program = module.toFx(options);
  if (!program)
    return program.takeError();
  std::vector<NamedTensor> tensors;
  for (auto &[name, value] : program->weights)
    tensors.push_back({name, value});
  if (!tensors.empty() && weightsFile.empty())
    return makeError(Failure::usage, "expected -o FILE or --weights-file for " + Twine(tensors.size()) + " weights, got neither");
  Expected<OutputFile> out = OutputFile::open(request.output);
  if (!out)
    return out.takeError();
  out->os() << program->text;
  if (!tensors.empty())
    if (auto ranges = writeSafetensors(weightsFile, tensors); !ranges)
      return ranges.takeError();
  return out->keep();
}

static Error write(Module &module, const TranslateRequest &request) {
  if (is_contained({Translation::importPt2, Translation::importTorchScript, Translation::importOnnx, Translation::importJson},
                   request.what))
    return module.save(request.output);
  if (request.what == Translation::exportFx)
    return writeFx(module, request);
  if (request.what == Translation::exportOnnx) {
    OnnxExportOptions options;
    options.weightsFile = request.weightsFile;
    options.inlineBytes = request.inlineBytes.value_or(options.inlineBytes);
    return module.saveOnnx(request.output, options);
  }
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
  Expected<Format> format = checkFormat(request);
  if (!format)
    return fail(format.takeError());
  if (request.what == Translation::importReport)
    return report(request, *format);
  LoadOptions options;
  options.trusted = request.trusted;
  options.limits = request.limits;
  options.weights = request.weights;
  options.inputs = request.inputs;
  options.diagnostics = &errs();
  Expected<Module> module = Module::load(request.input, options);
  if (!module)
    return fail(module.takeError());
  if (Error error = write(*module, request))
    return fail(std::move(error));
  return 0;
}
