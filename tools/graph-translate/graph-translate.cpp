//===- graph-translate.cpp - moves models between formats -----------------===//
#include "Driver/InputShapes.h"
#include "Driver/LimitOptions.h"
#include "Driver/Tool.h"
#include "Driver/Translate.h"
#include "graph-opt/GraphOpt.h"
#include "graph-opt/Plugin.h"
#include "llvm/Support/CommandLine.h"

using namespace llvm;
using namespace graphopt;

static const ToolInfo info = {"graph-translate",
                              "--WHAT [options] INPUT [-o OUTPUT]",
                              "Moves models between formats, and tells what is in them. INPUT may be in any format that can be imported.",
                              {{"What",
                                {"import-pt2", "import-torchscript", "import-onnx", "import-json", "export-json", "export-onnx",
                                 "export-fx", "export-dot", "import-report", "op-table"}},
                               {"Output", {"o", "json", "weights-file", "inline-weights", "inline-bytes", "show-constants"}},
                               {"The op table", {"after", "dynamic-size"}},
                               {"Other", {"input-shape", "weights", "limit", "max-nesting", "trusted", "load-pass-plugin", "color"}}},
                              "\nExit status: 0 right, 1 bad input, 2 usage, 3 unsupported op, 5 limit, 70 internal error.\n"};

int main(int argc, char **argv) {
  startTool(argc, argv);
  claimOptions(info);
  if (Error error = loadPlugins(argc, argv, Module::registry()))
    return fail(std::move(error));
  cl::opt<std::string> input(cl::Positional, cl::desc("INPUT"));
  cl::opt<bool> opTable("op-table", cl::desc("how many of which op, their arithmetic and the bytes they touch"));
  cl::opt<bool> importPt2("import-pt2", cl::desc("a torch.export archive to MLIR: OUTPUT ends in .mlir or .mlirbc"));
  cl::opt<bool> importTorchScript("import-torchscript", cl::desc("what torch.jit.save writes to MLIR; wants --input-shape"));
  cl::opt<bool> importOnnx("import-onnx", cl::desc("an ONNX model to MLIR"));
  cl::opt<bool> importJson("import-json", cl::desc("our JSON to MLIR"));
  cl::opt<bool> exportJson("export-json", cl::desc("to JSON (docs/schemas/graph.json)"));
  cl::opt<bool> exportOnnx("export-onnx", cl::desc("to an ONNX model"));
  cl::opt<bool> exportFx("export-fx", cl::desc("to a Python file that builds a torch.fx.GraphModule"));
  cl::opt<bool> exportDot("export-dot", cl::desc("to a picture for Graphviz"));
  cl::opt<bool> importReport("import-report",
                             cl::desc("every operator of a .pt2, .pt or .onnx and its support, all at once; exit 3 if some lack it"));
  const std::pair<cl::opt<bool> *, Translation> all[] = {
      {&importPt2, Translation::importPt2},       {&importTorchScript, Translation::importTorchScript},
      {&importOnnx, Translation::importOnnx},     {&importJson, Translation::importJson},
      {&exportJson, Translation::exportJson},     {&exportOnnx, Translation::exportOnnx},
      {&exportFx, Translation::exportFx},         {&exportDot, Translation::exportDot},
      {&importReport, Translation::importReport}, {&opTable, Translation::opTable}};
  cl::opt<std::string> output("o", cl::desc("write here instead of stdout, whole or not at all"), cl::value_desc("FILE"), cl::init("-"));
  cl::opt<bool> json("json", cl::desc("the table or report as JSON"));
  cl::opt<std::string> weightsFile("weights-file",
                                   cl::desc("the file in safetensors' format that exported weights over 1 KiB go to (ONNX: OUTPUT.data)"),
                                   cl::value_desc("FILE"));
  cl::opt<bool> inlineWeights("inline-weights", cl::desc("print the bytes of all weights in the JSON instead"));
  cl::opt<int64_t> inlineBytes("inline-bytes", cl::desc("the most bytes of weights that an ONNX model holds itself (1 GiB)"),
                               cl::value_desc("N"), cl::init(-1));
  cl::opt<bool> showConstants("show-constants", cl::desc("draw constants, parameters and sizes too"));
  cl::opt<std::string> after("after", cl::desc("a second table after this pipeline: O0 to O3, or passes"), cl::value_desc("PIPELINE"));
  cl::opt<int64_t> dynamicSize("dynamic-size", cl::desc("what a size that is known at run time counts as (1)"), cl::value_desc("N"),
                               cl::init(1));
  cl::list<std::string> weights("weights", cl::desc("the file that weights called NAME are read from"), cl::value_desc("NAME=PATH"));
  InputShapeOption shapeOption;
  LimitOptions limitOptions;
  cl::opt<bool> trusted("trusted", cl::desc("read bytecode in this process, not first in one with limits"));
  if (std::optional<int> code = parseOptions(argc, argv, info))
    return *code;
  Expected<Limits> limits = limitOptions.get();
  if (!limits)
    return fail(limits.takeError());
  Expected<InputShapes> shapes = shapeOption.get();
  if (!shapes)
    return fail(shapes.takeError());

  TranslateRequest request;
  std::string choices;
  for (auto &[option, what] : all) {
    choices += (choices.empty() ? "--" : ", --") + option->ArgStr.str();
    if (*option && request.what != Translation::none)
      return fail(Failure::usage, "expected one thing to do, got --" + option->ArgStr + " beside another");
    if (*option)
      request.what = what;
  }
  if (request.what == Translation::none)
    return fail(Failure::usage, "expected one of " + choices + ", got none");
  if (input.empty())
    return fail(Failure::usage, "expected an INPUT, got none");
  if (dynamicSize < 0)
    return fail(Failure::usage, "expected a size of at least 0 in --dynamic-size, got " + Twine(dynamicSize));
  for (const std::string &text : weights) {
    auto [name, path] = StringRef(text).split('=');
    if (name.empty() || path.empty())
      return fail(Failure::usage, "expected --weights=NAME=PATH, got '" + text + "'");
    request.weights.push_back({name.str(), path.str()});
  }
  request.input = input;
  request.output = output;
  request.after = after;
  request.weightsFile = weightsFile;
  request.inlineWeights = inlineWeights;
  if (inlineBytes >= 0)
    request.inlineBytes = inlineBytes;
  request.limits = *limits;
  request.inputs = std::move(*shapes);
  request.json = json;
  request.showConstants = showConstants;
  request.trusted = trusted;
  request.dynamicSize = dynamicSize;
  return translate(request);
}
