//===- Train.cpp ----------------------------------------------------------===//
#include "Driver/Train.h"
#include "Driver/Batches.h"
#include "Driver/Inputs.h"
#include "Driver/Tool.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Execution/TrainStep.h"
#include "graph-opt/Interop/Npy.h"
#include "llvm/Support/Format.h"

using namespace llvm;
using namespace mlir;
using namespace graphopt;

namespace {
/// How many rows of an epoch had the greatest of the model's scores at their class.
struct Hits {
  int64_t right = 0, rows = 0;

  /// Scores NxC and classes N; other shapes have no accuracy.
  void add(const TensorValue &scores, const TensorValue &classes) {
    if (scores.getRank() != 2 || classes.getRank() != 1 || !classes.getElementType().isInteger(64))
      return;
    int64_t width = scores.getDim(1);
    for (int64_t row = 0; row < classes.getNumElements(); ++row) {
      int64_t best = 0;
      for (int64_t i = 1; i < width; ++i)
        if (scores.getAsDouble(row * width + i) > scores.getAsDouble(row * width + best))
          best = i;
      right += width > 0 && best == classes.getAsInt(row);
    }
    rows += classes.getNumElements();
  }
};
} // namespace

/// The step in front of what it trains: a module of its own.
static Expected<Module> makeStep(const Module &module, const RunRequest &request) {
  Module step = module.clone();
  std::string options = request.train->step;
  if (!request.function.empty())
    options += " function=" + request.function;
  if (Error error = step.runPipeline("graph-make-train-step{" + options + "}"))
    return std::move(error);
  return step;
}

static Expected<TrainStep> compileStep(const Module &step, const RunRequest &request) {
  CompileOptions options;
  options.pipeline = request.pipeline;
  options.accuracy = request.accuracy;
  options.threads = request.threads;
  return TrainStep::create(step, options);
}

static Error runEpochs(const Module &step, TrainStep &training, Batches batches, const RunRequest &request, RunReport &report) {
  Expected<FunctionOpInterface> function = step.getFunction();
  if (!function)
    return function.takeError();
  ArrayRef<PortInfo> inputs = training.getInputs();
  auto place = [&](StringRef name) {
    return llvm::find_if(inputs, [&](const PortInfo &port) { return port.name == name; }) - inputs.begin();
  };
  TensorValue lr(Float64Type::get(step.getContext()), {});
  lr.getMutable<double>().front() = request.train->lr;
  std::mt19937_64 random(request.train->shuffle.value_or(0));
  for (int64_t epoch = 1; epoch <= request.train->epochs; ++epoch) {
    if (request.train->shuffle)
      batches.shuffle(random);
    Hits hits;
    double sum = 0;
    for (int64_t number = 0; number < batches.getCount(); ++number) {
      SmallVector<TensorValue> arguments = batches.get(number);
      arguments.insert(arguments.begin() + place("lr"), lr);
      if (Error error = checkDims(*function, arguments, request.inputs))
        return error;
      Expected<SmallVector<TensorValue>> results = training.step(arguments);
      if (!results)
        return results.takeError();
      double loss = results->front().getAsDouble(0);
      report.losses.push_back(loss);
      sum += loss;
      if (size_t target = place("target"); results->size() > 1 && target < arguments.size())
        hits.add((*results)[1], arguments[target]);
      if (request.verbose && !request.json)
        outs() << "epoch " << epoch << ", step " << number + 1 << ": loss " << llvm::format("%.9g", loss) << "\n";
    }
    RunReport::Epoch &made = report.epochs.emplace_back(RunReport::Epoch{sum / static_cast<double>(batches.getCount()), std::nullopt});
    if (hits.rows > 0)
      made.accuracy = static_cast<double>(hits.right) / static_cast<double>(hits.rows);
    if (request.json || request.quiet)
      continue;
    outs() << "epoch " << epoch << ": loss " << llvm::format("%.9g", made.loss);
    if (made.accuracy)
      outs() << ", accuracy " << llvm::format("%.4g", *made.accuracy);
    outs() << "\n";
    outs().flush(); // an epoch may take long
  }
  return Error::success();
}

/// What the step has changed of the model; the optimiser's own state is left.
static Error writeTrained(Module &module, const TrainStep &training, const RunRequest &request, RunReport &report) {
  std::vector<NamedTensor> tensors;
  for (const std::string &name : training.getStateNames()) {
    if (!isa_and_nonnull<ParameterOpInterface>(module.get().lookupSymbol(name)))
      continue;
    TensorValue value = training.getState(name);
    report.outputs.push_back({name, value});
    tensors.push_back({name, toNpyType(value)});
    if (Error error = module.setParameter(name, value))
      return error;
  }
  if (!request.outputs.empty())
    if (Error error = writeTensors(request.outputs, tensors))
      return error;
  return request.train->save.empty() ? Error::success() : module.save(request.train->save);
}

int graphopt::trainModel(Module &module, const RunRequest &request, RunReport &report) {
  Expected<Module> step = makeStep(module, request);
  if (!step)
    return fail(step.takeError());
  report.function = "train_step";
  Expected<TrainStep> training = [&] {
    PhaseTimer timer(report, "compile");
    return compileStep(*step, request);
  }();
  if (!training)
    return fail(training.takeError());
  const CompileStats &stats = training->getFunction().stats();
  report.totalOps = stats.totalOps;
  report.compiledOps = stats.compiledOps;
  report.cacheHits = stats.cacheHits;
  report.objectBytes = stats.objectBytes;
  SmallVector<PortInfo> ports = llvm::filter_to_vector(training->getInputs(), [](const PortInfo &port) { return port.name != "lr"; });
  Expected<Batches> batches = [&] {
    PhaseTimer timer(report, "inputs");
    return Batches::read(ports, request, module.getContext());
  }();
  if (!batches)
    return fail(batches.takeError());
  for (auto [port, value] : llvm::zip_equal(ports, batches->getTensors()))
    report.inputs.push_back({port.name, value});
  {
    PhaseTimer timer(report, "train");
    if (Error error = runEpochs(*step, *training, std::move(*batches), request, report))
      return fail(std::move(error));
  }
  if (Error error = writeTrained(module, *training, request, report))
    return fail(std::move(error));
  if (request.json)
    report.printJson(outs());
  return 0;
}
