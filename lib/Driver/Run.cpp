//===- Run.cpp - runs a model ---------------------------------------------===//
#include "Driver/Run.h"
#include "Driver/CompiledCall.h"
#include "Driver/Crash.h"
#include "Driver/Input.h"
#include "Driver/InputShapes.h"
#include "Driver/Inputs.h"
#include "Driver/RunReport.h"
#include "Driver/Tool.h"
#include "Driver/Train.h"
#include "graph-opt/Interop/Npy.h"
#include "graph-opt/Interpreter/Compare.h"
#include <chrono>

using namespace llvm;
using namespace mlir;
using namespace graphopt;

namespace {
using Values = SmallVector<TensorValue>;
using RunFn = std::function<Expected<Values>(ArrayRef<TensorValue>)>;

/// That --profile makes where there is no benchmark.
constexpr int profiledCalls = 10;
} // namespace

/// The function in the form that the request asks for. Nothing falls back: a target that cannot be had is an error.
static Expected<RunFn> prepare(Module &module, const RunRequest &request, RunReport &report, std::optional<CompiledFunction> &compiled) {
  if (request.target == "interpreter") {
    if (!request.pipeline.empty() && request.pipeline != "O0")
      if (Error error = module.runPipeline(request.pipeline))
        return error;
    return RunFn([&](ArrayRef<TensorValue> arguments) { return module.evaluate(arguments, request.function); });
  }
  if (request.target == "cuda") {
    CudaOptions options;
    options.entry = report.function;
    options.pipeline = request.pipeline;
    Expected<LaunchPlan> plan = module.compileForCuda(options);
    if (!plan)
      return plan.takeError();
    Expected<CudaFunction> loaded = CudaFunction::load(std::move(*plan));
    if (!loaded)
      return loaded.takeError();
    return RunFn([function = *loaded](ArrayRef<TensorValue> arguments) { return function.run(arguments); });
  }
  CompileOptions options;
  options.entry = report.function;
  options.pipeline = request.pipeline;
  options.accuracy = request.accuracy;
  options.threads = request.threads;
  options.profile = request.profile;
  Expected<CompiledFunction> made = module.compile(options);
  if (!made)
    return made.takeError();
  compiled = std::move(*made);
  const CompileStats &stats = compiled->stats();
  report.totalOps = stats.totalOps;
  report.compiledOps = stats.compiledOps;
  report.cacheHits = stats.cacheHits;
  report.objectBytes = stats.objectBytes;
  return RunFn([function = *compiled](ArrayRef<TensorValue> arguments) { return function.run(arguments); });
}

/// Such a file does not say what its inputs are like: the arrays do.
static bool isTorchScript(StringRef path) {
  ErrorOr<std::unique_ptr<MemoryBuffer>> buffer = MemoryBuffer::getFile(path, /*IsText=*/false, /*RequiresNullTerminator=*/false);
  return buffer && recogniseFormat((*buffer)->getBuffer()) == Format::torchScript;
}

/// Each output against the interpreter's, on the model as it was loaded. True where all agree.
static Expected<bool> checkOutputs(const Values &actual, ArrayRef<std::string> names, ArrayRef<TensorValue> arguments,
                                   const Module &original, const RunRequest &request, RunReport &report) {
  Expected<Values> expected = original.evaluate(arguments, request.function);
  if (!expected)
    return expected.takeError();
  bool allEqual = true;
  for (auto [i, name] : llvm::enumerate(names)) {
    Comparison comparison = compare(actual[i], (*expected)[i], {request.rtol, request.atol});
    report.checks.push_back({name, comparison.equal, comparison.error, comparison.allNaN});
    if (comparison.allNaN)
      warn("output '" + name + "' is NaN everywhere: the check says nothing about it");
    if (comparison.equal)
      continue;
    allEqual = false;
    fail(Failure::numbersDiffer, "output '" + name + "' differs from the interpreter's: " + comparison.message);
  }
  return allEqual;
}

static Error measure(llvm::function_ref<Error()> call, double seconds, RunReport &report) {
  using Clock = std::chrono::steady_clock;
  Clock::time_point end = Clock::now() + std::chrono::duration_cast<Clock::duration>(std::chrono::duration<double>(seconds));
  // The call before this was the warm-up.
  do {
    Clock::time_point start = Clock::now();
    Error error = call();
    std::chrono::duration<double, std::milli> spent = Clock::now() - start;
    if (error)
      return error;
    report.samples.push_back(spent.count());
  } while (Clock::now() < end && report.samples.size() < 10000000);
  llvm::sort(report.samples);
  return Error::success();
}

int graphopt::runModel(const RunRequest &request) {
  RunReport report;
  report.target = request.target;
  setCrashInput(request.model, StringRef(nullptr, 0));
  crashIfAsked();
  LoadOptions options;
  options.trusted = request.trusted;
  options.limits = request.limits;
  options.weights = request.weights;
  options.diagnostics = &errs();
  options.inputs = request.shapes;
  if (!request.inputs.empty() && options.inputs.empty() && !request.train && isTorchScript(request.model)) {
    Expected<InputShapes> shapes = readInputShapes(request.inputs, request.limits);
    if (!shapes)
      return fail(shapes.takeError());
    options.inputs = std::move(*shapes);
  }
  Expected<Module> module = [&] {
    PhaseTimer timer(report, "load");
    return Module::load(request.model, options);
  }();
  if (!module)
    return fail(module.takeError());
  if (request.train)
    return trainModel(*module, request, report);
  Expected<FunctionOpInterface> function = module->getFunction(request.function);
  if (!function)
    return fail(function.takeError());
  report.function = function->getName().str();
  SmallVector<std::string> names = nameOutputs(*function);
  Expected<Values> inputs = [&] {
    PhaseTimer timer(report, "inputs");
    return makeInputs(*module, *function, request);
  }();
  if (!inputs)
    return fail(inputs.takeError());
  for (auto [port, value] : llvm::zip(Module::getInputs(*function), *inputs))
    report.inputs.push_back({port.name, value});

  std::optional<Module> original;
  if (request.check)
    original = module->clone(); // before any pass
  std::optional<CompiledFunction> compiled;
  Expected<RunFn> run = [&] {
    PhaseTimer timer(report, "compile");
    return prepare(*module, request, report, compiled);
  }();
  if (!run)
    return fail(run.takeError());
  Expected<Values> outputs = [&] {
    PhaseTimer timer(report, "first run");
    return (*run)(*inputs);
  }();
  if (!outputs)
    return fail(outputs.takeError());
  for (auto [name, value] : llvm::zip(names, *outputs))
    report.outputs.push_back({name, value});

  int code = 0;
  if (request.check) {
    PhaseTimer timer(report, "check");
    Expected<bool> equal = checkOutputs(*outputs, names, *inputs, *original, request, report);
    if (!equal)
      return fail(equal.takeError());
    code = *equal ? 0 : static_cast<int>(Failure::numbersDiffer);
  }
  std::optional<CompiledCall> bare;
  if (compiled) {
    bare.emplace(*compiled, *inputs, *outputs);
    report.arenaBytes = bare->getArenaBytes();
    report.weightBytes = bare->getWeightBytes();
  }
  auto call = [&]() -> Error {
    if (!bare)
      return (*run)(*inputs).takeError();
    int32_t status = bare->call();
    return status ? makeError(Failure::badInput, go_status_message(&compiled->getFunction(), status)) : Error::success();
  };
  if (compiled)
    compiled->resetProfile(); // the first call found cold caches
  if (request.benchmarkSeconds)
    if (Error error = measure(call, *request.benchmarkSeconds, report))
      return fail(std::move(error));
  if (request.profile && compiled) {
    for (int i = 0; !request.benchmarkSeconds && i < profiledCalls; ++i)
      if (Error error = call())
        return fail(std::move(error));
    report.steps = compiled->getProfile();
  }
  // Outputs that were found wrong are written, too: people want to see them.
  if (!request.outputs.empty()) {
    std::vector<NamedTensor> tensors;
    tensors.reserve(report.outputs.size());
    for (auto &[name, value] : report.outputs)
      tensors.push_back({name, toNpyType(value)});
    if (Error error = writeTensors(request.outputs, tensors))
      return fail(std::move(error));
  }
  if (!request.memoryReport.empty())
    if (Error error = writeMemoryReport(report, request.memoryReport))
      return fail(std::move(error));
  request.json ? report.printJson(outs()) : report.print(outs(), request);
  return code;
}
