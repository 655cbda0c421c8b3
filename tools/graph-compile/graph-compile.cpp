//===- graph-compile.cpp - compiles a model ahead of time -----------------===//
#include "Driver/InputShapes.h"
#include "Driver/LimitOptions.h"
#include "Driver/Output.h"
#include "Driver/Tool.h"
#include "graph-opt/GraphOpt.h"
#include "graph-opt/Plugin.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/CommandLine.h"
#include "llvm/Support/Path.h"

using namespace llvm;
using namespace graphopt;

static const ToolInfo info = {
    "graph-compile",
    "[options] MODEL -o OUT.{o,so} [--header OUT.h]",
    "Compiles a model to an object (.o) or a shared library (.so), and writes a C header for it. An object links with\n"
    "-lGraphOptRuntime -lm -lpthread; a shared library has the runtime in it.",
    {{"Output", {"o", "header", "name", "no-weights"}},
     {"Code", {"cpu", "features", "O", "graph-pipeline", "accuracy", "function"}},
     {"Other", {"input-shape", "weights", "limit", "max-nesting", "trusted", "load-pass-plugin", "color"}}},
    "\nExit status: 0 right, 1 bad input, 2 usage, 3 unsupported op, 5 limit, 70 internal error.\n"};

/// A C name made of the output's: "my-model.o" gives my_model.
static std::string nameFromPath(StringRef path) {
  std::string name;
  for (char c : sys::path::stem(path))
    name += isAlnum(c) ? c : '_';
  return name.empty() || isDigit(name[0]) ? "model_" + name : name;
}

static Error writeFile(StringRef path, StringRef bytes) {
  Expected<OutputFile> file = OutputFile::open(path);
  if (!file)
    return file.takeError();
  file->os() << bytes;
  return file->keep();
}

int main(int argc, char **argv) {
  startTool(argc, argv);
  if (Error error = loadPlugins(argc, argv, Module::registry()))
    return fail(std::move(error));
  cl::opt<std::string> input(cl::Positional, cl::desc("MODEL"));
  cl::opt<std::string> output("o", cl::desc("the object or shared library"), cl::value_desc("OUT.{o,so}"));
  cl::opt<std::string> header("header", cl::desc("the C header"), cl::value_desc("OUT.h"));
  cl::opt<std::string> name("name", cl::desc("of the C functions (the output's)"), cl::value_desc("NAME"));
  cl::opt<bool> noWeights("no-weights", cl::desc("leave the weights to the program, which sets them by name"));
  cl::opt<std::string> cpu("cpu", cl::desc("LLVM's name of the CPU (native)"), cl::value_desc("NAME"), cl::init("native"));
  cl::opt<std::string> features("features", cl::desc("of the CPU besides"), cl::value_desc("+avx2,-fma"));
  cl::opt<char> level("O", cl::desc("0 to 3 (2)"), cl::value_desc("N"), cl::Prefix, cl::init('2'));
  cl::opt<std::string> pipeline("graph-pipeline", cl::desc("instead of -ON: a level with slots, or passes"), cl::value_desc("PIPELINE"));
  cl::opt<std::string> accuracy("accuracy", cl::desc("strict: errors within 1e-5; fast: 1e-4 (at -O3), of which no code makes use yet"),
                                cl::value_desc("HOW"));
  cl::opt<std::string> function("function", cl::desc("the function to compile (the only public one)"), cl::value_desc("NAME"));
  cl::list<std::string> weights("weights", cl::desc("the file that weights called NAME are read from"), cl::value_desc("NAME=PATH"));
  cl::opt<bool> trusted("trusted", cl::desc("read bytecode in this process, not first in one with limits"));
  InputShapeOption shapeOption;
  LimitOptions limitOptions;
  if (std::optional<int> code = parseOptions(argc, argv, info))
    return *code;
  Expected<Limits> limits = limitOptions.get();
  if (!limits)
    return fail(limits.takeError());
  Expected<InputShapes> shapes = shapeOption.get();
  if (!shapes)
    return fail(shapes.takeError());

  StringRef ending = sys::path::extension(output);
  if (input.empty())
    return fail(Failure::usage, "expected a MODEL, got none");
  if (ending != ".o" && ending != ".so")
    return fail(Failure::usage, "expected -o with a file that ends in .o or .so, got '" + output + "'");
  if (level < '0' || level > '3')
    return fail(Failure::usage, "expected -O0 to -O3, got -O" + Twine(std::string(1, level)));
  if (!accuracy.empty() && accuracy != "strict" && accuracy != "fast")
    return fail(Failure::usage, "expected --accuracy=strict or fast, got '" + accuracy + "'");
  LoadOptions load;
  load.trusted = trusted;
  load.limits = *limits;
  load.inputs = std::move(*shapes);
  for (const std::string &text : weights) {
    auto [weightName, path] = StringRef(text).split('=');
    if (weightName.empty() || path.empty())
      return fail(Failure::usage, "expected --weights=NAME=PATH, got '" + text + "'");
    load.weights.push_back({weightName.str(), path.str()});
  }

  Expected<Module> model = Module::load(input, load);
  if (!model)
    return fail(model.takeError());
  EmitOptions options;
  options.entry = function;
  options.cpu = cpu;
  options.features = features;
  options.pipeline = pipeline.empty() ? "O" + std::string(1, level) : pipeline.getValue();
  options.accuracy = accuracy;
  options.name = name.empty() ? nameFromPath(output) : name.getValue();
  options.headerFile = sys::path::filename(header).str();
  options.embedWeights = !noWeights;
  Expected<EmittedObject> object = model->emitObject(options);
  if (!object)
    return fail(object.takeError());
  if (!header.empty())
    if (Error error = writeFile(header, object->header))
      return fail(std::move(error));
  if (ending == ".o") {
    if (Error error = writeFile(output, object->object))
      return fail(std::move(error));
    return 0;
  }
  Expected<std::unique_ptr<MemoryBuffer>> library = linkSharedLibrary(object->object);
  if (!library)
    return fail(library.takeError());
  if (Error error = writeFile(output, (*library)->getBuffer()))
    return fail(std::move(error));
  return 0;
}
