//===- OptMain.cpp - MLIR's opt main with our conventions -----------------===//
#include "Driver/OptMain.h"
#include "Driver/Crash.h"
#include "Driver/Diagnostics.h"
#include "Driver/Input.h"
#include "Driver/LimitOptions.h"
#include "Driver/Output.h"
#include "Driver/PassWatch.h"
#include "Driver/Sandbox.h"
#include "Driver/Tool.h"
#include "graph-opt/Interpreter/CheckEach.h"
#include "graph-opt/Passes/Pipelines.h"
#include "graph-opt/Plugin.h"
#include "graph-opt/Registration.h"
#include "mlir/Pass/PassManager.h"
#include "mlir/Tools/mlir-opt/MlirOptMain.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Process.h"
#include "llvm/Support/WithColor.h"

using namespace llvm;
using namespace mlir;
using namespace graphopt;

static const OptionGroup helpGroups[] = {
    {"Input and output",
     {"o", "emit-bytecode", "split-input-file", "allow-unregistered-dialect", "limit", "max-nesting", "trusted", "load-pass-plugin",
      "load-dialect-plugin"}},
    {"Passes (each is an option: --canonicalize --cse; --help-all lists them)", {"pass-pipeline", "graph-pipeline", "list-passes"}},
    {"Checks",
     {"check-each", "verify-each", "verify-roundtrip", "verify-diagnostics", "mlir-pass-pipeline-crash-reproducer", "run-reproducer"}},
    {"What happened",
     {"mlir-print-ir-after-all", "mlir-print-ir-after-change", "mlir-timing", "mlir-pass-statistics", "remarks-filter",
      "dump-pass-pipeline"}},
    {"Printing",
     {"mlir-print-debuginfo", "mlir-elide-elementsattrs-if-larger", "mlir-elide-resource-strings-if-larger", "mlir-print-op-generic",
      "color"}},
};
static const ToolInfo info = {
    "graph-opt", "[options] [INPUT]",
    "Runs passes on a file of MLIR text or bytecode and prints the result. INPUT is stdin by default, or \"-\".",
    std::vector<OptionGroup>(std::begin(helpGroups), std::end(helpGroups)),
    "\nPlugins are also loaded from GRAPH_OPT_PLUGINS (paths, with colons between).\n"
    "Exit status: 0 right, 1 bad input, 2 usage, 3 unsupported op, 4 numbers differ, 5 limit, 70 internal error.\n"};

namespace {
/// The state of one run over the file. Each chunk of --split-input-file has a context and a pass manager of its own.
struct OptRun {
  Failure failure = Failure::none;
  std::unique_ptr<DiagnosticFilter> filter;
  std::shared_ptr<PassRun> passes;
  SmallVector<std::string> pipeline;

  void fail(Failure next) {
    if (failure == Failure::none)
      failure = next;
  }
  /// After a chunk, and before its context goes.
  void finishChunk() {
    if (!passes)
      return;
    if (!passes->failedPass.empty()) {
      bool isSilent = !filter || filter->getNumErrors() == 0;
      if (filter && (isSilent || passes->brokenIR)) {
        fail(Failure::internal);
        WithColor::error(errs(), toolName()) << "pass '" << passes->failedPass << "' "
                                             << (isSilent ? "failed without a message" : "left IR that does not verify") << "\n";
      }
    } else if (filter && filter->getNumErrors() == 0) {
      llvm::StringSet<> told;
      for (const std::string &name : pipeline)
        if (!passes->ran.contains(name) && told.insert(name).second)
          warn("pass '" + name + "' ran on no op: the input has none of the kind that it is nested in");
    }
    if (filter)
      fail(filter->getFailure());
    passes.reset();
  }
};
} // namespace

namespace {
/// Is destroyed with the pass manager: after a chunk's run, while its context is there.
class ChunkEnd final : public PassInstrumentation {
public:
  explicit ChunkEnd(OptRun &run) : run(run) {}
  ~ChunkEnd() override {
    run.finishChunk();
    run.filter.reset();
  }

private:
  OptRun &run;
};
} // namespace

/// Whether text has locations of its own in files, loc("model.py":3:4). Where something is wrong at one, MLIR's own main shows the line: it
/// would open whatever the text names, a pipe or a secret.
static bool namesPlaces(StringRef text) {
  for (size_t at = text.find("\":"); at != StringRef::npos; at = text.find("\":", at + 2))
    if (at + 2 < text.size() && isDigit(text[at + 2]))
      return true;
  return false;
}

/// The input as MLIR may read it: within the limits of text; bytecode, and text with places of its own, once read elsewhere.
static Error checkInput(const MemoryBuffer &buffer, StringRef label, DialectRegistry &registry, const Limits &limits, bool trusted,
                        const MlirOptMainConfig &config) {
  auto readElsewhere = [&] { return readInSandbox(buffer, label, registry, limits, config.shouldAllowUnregisteredDialects()); };
  switch (Format format = recogniseFormat(buffer.getBuffer())) {
  case Format::bytecode:
    return trusted ? Error::success() : readElsewhere();
  case Format::mlirText:
  case Format::empty:
    if (Error error = checkText(buffer.getBuffer(), label, limits))
      return error;
    // A file of several inputs, or one that is to be wrong, is a test.
    if (trusted || !config.inputSplitMarker().empty() || config.shouldVerifyDiagnostics() || !namesPlaces(buffer.getBuffer()))
      return Error::success();
    return readElsewhere();
  case Format::json:
  case Format::pt2:
    return makeError(Failure::badInput,
                     label + ": error: expected MLIR text or bytecode, got " + getFormatName(format) + ": import it with graph-translate");
  default:
    return makeError(Failure::badInput, label + ": error: expected MLIR text or bytecode, got " + getFormatName(format));
  }
}

int graphopt::optMain(int argc, char **argv) {
  startTool(argc, argv);
  DialectRegistry registry;
  registerAllDialects(registry);
  registerAllPasses();
  // Before options are parsed: each pass that is registered by then is one.
  if (Error error = loadPlugins(argc, argv, registry))
    return fail(std::move(error));

  cl::opt<std::string> input(cl::Positional, cl::desc("<input>"), cl::init("-"));
  cl::opt<std::string> output("o", cl::desc("write here instead of stdout, whole or not at all"), cl::value_desc("FILE"), cl::init("-"));
  cl::opt<std::string> pipeline("graph-pipeline", cl::desc("a level with slots, or passes: \"O2{after-fusion=my-pass}\""),
                                cl::value_desc("TEXT"));
  LimitOptions limitOptions;
  cl::opt<bool> checkEach("check-each",
                          cl::desc("run the functions on random inputs before and after each pass; exit 4 if numbers differ"));
  cl::opt<bool> trusted("trusted", cl::desc("read bytecode in this process, not first in one with limits"));
  registerCLIOptions("graph-opt", registry);
  if (std::optional<int> code = parseOptions(argc, argv, info))
    return *code;
  Expected<Limits> limits = limitOptions.get();
  if (!limits)
    return fail(limits.takeError());
  MlirOptMainConfig config = MlirOptMainConfig::createFromCLOptions();
  if (config.shouldShowDialects() || config.shouldListPasses()) {
    if (config.shouldListPasses())
      printRegisteredPasses();
    return 0;
  }

  if (input == "-" && sys::Process::FileDescriptorIsDisplayed(0))
    errs() << toolName() << ": reading from the terminal; end with Ctrl-D\n";
  Expected<std::unique_ptr<MemoryBuffer>> buffer = openInput(input);
  if (!buffer)
    return fail(buffer.takeError());
  std::string label = input == "-" ? std::string("<stdin>") : input.getValue();
  std::unique_ptr<MemoryBuffer> kept = MemoryBuffer::getMemBuffer((*buffer)->getMemBufferRef()); // for the reproducer
  setCrashInput(input, kept->getBuffer(), recogniseFormat(kept->getBuffer()) == Format::bytecode ? ".mlirbc" : ".mlir");
  crashIfAsked();
  if (Error error = checkInput(**buffer, label, registry, *limits, trusted, config))
    return fail(std::move(error));
  Expected<OutputFile> out = OutputFile::open(output);
  if (!out)
    return fail(out.takeError());

  OptRun run;
  MlirOptMainConfig base = config;
  config.setPassPipelineSetupFn([&](PassManager &manager) -> LogicalResult {
    if (!config.shouldVerifyDiagnostics()) // its handler wants every diagnostic
      run.filter = std::make_unique<DiagnosticFilter>(manager.getContext(), label, errs());
    run.passes = watchPasses(manager);
    manager.addInstrumentation(std::make_unique<ChunkEnd>(run));
    if (checkEach)
      attachCheckEach(manager);
    if (failed(base.setupPassPipeline(manager))) {
      run.fail(Failure::usage);
      return failure();
    }
    if (pipeline.getNumOccurrences()) {
      auto report = [&](const Twine &message) { fail(Failure::usage, withSuggestion(message.str())); };
      if (failed(buildPipeline(manager, pipeline, report))) {
        run.fail(Failure::usage);
        return failure();
      }
    }
    // The passes of a level are not the user's choice.
    if (!isStagedPipeline(pipeline))
      run.pipeline = listPasses(manager);
    return success();
  });
  LogicalResult result = MlirOptMain(out->os(), std::move(*buffer), registry, config);
  if (failed(result)) {
    run.fail(Failure::badInput);
    if (run.failure == Failure::internal)
      printReproducer();
    return static_cast<int>(run.failure);
  }
  if (checkEach && run.failure != Failure::none) // the passes themselves were content
    return static_cast<int>(run.failure);
  if (Error error = out->keep())
    return fail(std::move(error));
  return 0;
}
