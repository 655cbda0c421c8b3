//===- graph-run.cpp - runs a model on tensors in files -------------------===//
#include "Driver/InputShapes.h"
#include "Driver/LimitOptions.h"
#include "Driver/Run.h"
#include "Driver/Tool.h"
#include "Driver/TrainOptions.h"
#include "graph-opt/GraphOpt.h"
#include "graph-opt/Plugin.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;
using namespace graphopt;

static const ToolInfo info = {
    "graph-run",
    "[options] MODEL",
    "Runs MODEL (MLIR text or bytecode, JSON, torch.export's .pt2, TorchScript's .pt, or ONNX, recognised by content).",
    {{"Tensors", {"inputs", "random-inputs", "dim", "input-shape", "outputs", "weights", "function"}},
     {"How", {"target", "O", "graph-pipeline", "accuracy", "threads", "limit", "max-nesting", "trusted", "load-pass-plugin"}},
     {"Training", {"train", "lr", "epochs", "batch-size", "shuffle", "save"}},
     {"Judging", {"check", "rtol", "atol"}},
     {"Measuring", {"benchmark", "profile", "memory-report"}},
     {"Talking", {"json", "q", "v", "color"}}},
    "\nFiles are named as the graph names its inputs and outputs, with '/' and '%' percent-encoded: NAME.npy.\n"
    "Without --outputs the outputs are printed. A benchmark's times: median, 5th and 95th percentile of calls after the first.\n"
    "Exit status: 0 right, 1 bad input, 2 usage, 3 unsupported op, 4 numbers differ, 5 limit, 70 internal error.\n"};

/// "NAME=VALUE" apart; false where there is no "=" or no name.
static bool splitPair(StringRef text, std::pair<StringRef, StringRef> &pair) {
  pair = text.split('=');
  return !pair.first.empty() && !pair.second.empty();
}

int main(int argc, char **argv) {
  startTool(argc, argv);
  claimOptions(info);
  if (Error error = loadPlugins(argc, argv, Module::registry()))
    return fail(std::move(error));
  RunRequest request;
  cl::opt<std::string> model(cl::Positional, cl::desc("MODEL"));
  cl::opt<std::string> inputs("inputs", cl::desc("read the inputs from NAME.npy in a folder, or from an .npz"),
                              cl::value_desc("DIR|FILE.npz"));
  cl::opt<std::string> outputs("outputs", cl::desc("write the outputs there"), cl::value_desc("DIR|FILE.npz"));
  cl::opt<std::string> random("random-inputs", cl::desc("make inputs, the same for the same seed (0)"), cl::value_desc("SEED"),
                              cl::ValueOptional);
  cl::list<std::string> dims("dim", cl::desc("a named size of random inputs; else the larger of 2 and its least"),
                             cl::value_desc("NAME=N"));
  cl::list<std::string> weights("weights", cl::desc("the file that weights called NAME are read from"), cl::value_desc("NAME=PATH"));
  cl::opt<std::string> function("function", cl::desc("the function to run; by default the only public one"), cl::value_desc("NAME"));
  cl::opt<std::string> target("target", cl::desc("cpu (default), cuda or interpreter; nothing falls back"), cl::value_desc("TARGET"),
                              cl::init("cpu"));
  cl::opt<std::string> level("O", cl::Prefix, cl::desc("optimise: -O0 to -O3 (-O2; for the interpreter -O0)"), cl::value_desc("0..3"));
  cl::opt<std::string> pipeline("graph-pipeline", cl::desc("a level with slots, or a pass pipeline, instead"), cl::value_desc("TEXT"));
  cl::opt<std::string> accuracy("accuracy", cl::desc("strict: errors within 1e-5; fast: 1e-4 (at -O3), of which no code makes use yet"),
                                cl::value_desc("KIND"));
  cl::opt<unsigned> threads("threads", cl::desc("of one call; by default as many as there are cores"), cl::value_desc("N"));
  cl::opt<bool> check("check", cl::desc("compare with the interpreter; exit 4 where they differ"));
  cl::opt<double> rtol("rtol", cl::desc("instead of the tolerance of the element type"), cl::value_desc("X"));
  cl::opt<double> atol("atol", cl::desc("likewise"), cl::value_desc("X"));
  cl::opt<std::string> benchmark("benchmark", cl::desc("call again and again for a time (1)"), cl::value_desc("SECONDS"),
                                 cl::ValueOptional);
  cl::opt<bool> profile("profile", cl::desc("tell the time of each phase, and of each step of compiled code"));
  cl::opt<std::string> memory("memory-report", cl::desc("write what memory was used"), cl::value_desc("FILE.json"));
  cl::opt<bool> json("json", cl::desc("tell all of it as JSON"));
  cl::opt<bool> trusted("trusted", cl::desc("read bytecode in this process, not first in one with limits"));
  InputShapeOption shapeOption;
  TrainOptions trainOptions;
  LimitOptions limitOptions;
  cl::opt<bool> quiet("q", cl::desc("don't print outputs")), verbose("v", cl::desc("tell more"));
  if (std::optional<int> code = parseOptions(argc, argv, info))
    return *code;
  Expected<Limits> limits = limitOptions.get();
  if (!limits)
    return fail(limits.takeError());
  Expected<InputShapes> shapes = shapeOption.get();
  if (!shapes)
    return fail(shapes.takeError());
  Expected<std::optional<TrainRequest>> train = trainOptions.get();
  if (!train)
    return fail(train.takeError());

  if (model.empty())
    return fail(Failure::usage, "expected a MODEL, got none");
  if (!is_contained({"cpu", "cuda", "interpreter"}, target.getValue()))
    return fail(Failure::usage, "expected --target=cpu, cuda or interpreter, got '" + target + "'");
  if (level.getNumOccurrences() && (level.size() != 1 || level[0] < '0' || level[0] > '3'))
    return fail(Failure::usage, "expected -O0, -O1, -O2 or -O3, got '-O" + level + "'");
  if (inputs.getNumOccurrences() && random.getNumOccurrences())
    return fail(Failure::usage, "expected --inputs or --random-inputs, got both");
  if (*train && (inputs.empty() || target != "cpu"))
    return fail(Failure::usage, "expected --inputs and --target=cpu with --train");
  if (*train && (check || profile || benchmark.getNumOccurrences() || memory.getNumOccurrences()))
    return fail(Failure::usage, "expected no --check, --profile, --benchmark or --memory-report with --train");
  std::pair<StringRef, StringRef> pair;
  for (const std::string &text : dims) {
    int64_t size;
    if (!splitPair(text, pair) || pair.second.getAsInteger(10, size) || size < 0)
      return fail(Failure::usage, "expected --dim=NAME=N, got '" + text + "'");
    request.dims.push_back({pair.first.str(), size});
  }
  for (const std::string &text : weights) {
    if (!splitPair(text, pair))
      return fail(Failure::usage, "expected --weights=NAME=PATH, got '" + text + "'");
    request.weights.push_back({pair.first.str(), pair.second.str()});
  }
  if (random.getNumOccurrences()) {
    uint64_t seed = 0;
    if (!random.empty() && StringRef(random).getAsInteger(10, seed))
      return fail(Failure::usage, "expected a number in --random-inputs, got '" + random + "'");
    request.randomSeed = seed;
  }
  if (benchmark.getNumOccurrences()) {
    double seconds = 1;
    if (!benchmark.empty() && (StringRef(benchmark).getAsDouble(seconds) || !(seconds > 0 && seconds <= 86400)))
      return fail(Failure::usage, "expected seconds in --benchmark, got '" + benchmark + "'");
    request.benchmarkSeconds = seconds;
  }
  if (rtol.getNumOccurrences())
    request.rtol = rtol;
  if (atol.getNumOccurrences())
    request.atol = atol;
  request.model = model;
  request.function = function;
  request.inputs = inputs;
  request.outputs = outputs;
  request.memoryReport = memory;
  request.target = target;
  request.pipeline = pipeline.getNumOccurrences() ? pipeline.getValue()
                     : level.getNumOccurrences()  ? "O" + level
                     : target == "interpreter"    ? "O0"
                                                  : "O2";
  request.accuracy = accuracy;
  request.threads = threads;
  request.check = check;
  request.profile = profile;
  request.limits = *limits;
  request.shapes = std::move(*shapes);
  request.train = std::move(*train);
  request.json = json;
  request.trusted = trusted;
  request.quiet = quiet;
  request.verbose = verbose;
  return runModel(request);
}
