//===- FxExport.cpp - a function as a Python file that builds a GraphModule ===//
#include "Interop/GraphExporter.h"
#include "graph-opt/Interop/Fx.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/ADT/StringSet.h"
#include "llvm/Support/Format.h"
#include "llvm/Support/JSON.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// The lines before and after the nodes. Names that they use are taken.
constexpr llvm::StringLiteral opening = R"(import operator
from pathlib import Path

import torch


def build(weights: dict) -> torch.fx.GraphModule:
    """`weights` has the tensors that the graph reads, by name; they are shared, not copied."""
    aten, root, graph = torch.ops.aten, torch.nn.Module(), torch.fx.Graph()

    def read(name: str, attribute: str):
        *path, leaf = attribute.split(".")
        owner = root
        for part in path:
            if not hasattr(owner, part):
                owner.add_module(part, torch.nn.Module())
            owner = getattr(owner, part)
        if not hasattr(owner, leaf):
            tensor = weights[attribute]
            if tensor.is_floating_point():
                owner.register_parameter(leaf, torch.nn.Parameter(tensor, requires_grad=False))
            else:
                owner.register_buffer(leaf, tensor)
        return graph.create_node("get_attr", attribute, name=name)

    def call(name: str, function, *arguments, **keywords):
        return graph.create_node("call_function", function, arguments, keywords, name=name)

)";
/// Further lines of a file with nested graphs.
constexpr llvm::StringLiteral nesting = R"(    around = []

    def enter():
        nonlocal root, graph
        around.append((root, graph))
        root, graph = torch.nn.Module(), torch.fx.Graph()

    def leave(name: str, result):
        """What was written since `enter` as a submodule of the graph around it."""
        nonlocal root, graph
        graph.output(result)
        module = torch.fx.GraphModule(root, graph, name)
        root, graph = around.pop()
        root.add_module(name, module)
        return graph.create_node("get_attr", name, name=name)

)";
constexpr const char *taken[] = {"around", "enter",    "leave",   "result", "operator", "Path",    "torch",  "build",  "weights", "aten",
                                 "root",   "graph",    "read",    "call",   "name",     "self",    "load",   "None",   "True",    "False",
                                 "and",    "as",       "assert",  "async",  "await",    "break",   "class",  "def",    "del",     "elif",
                                 "else",   "except",   "finally", "for",    "from",     "global",  "if",     "import", "in",      "is",
                                 "lambda", "nonlocal", "not",     "or",     "pass",     "raise",   "return", "try",    "while",   "with",
                                 "yield",  "continue", "device",  "inf",    "nan",      "NoneType"};

class FxWriter {
public:
  FxWriter(const ForeignModel &model, llvm::raw_ostream &os) : model(model), os(os), names(model.hints.size()) {
    for (const char *name : taken)
      used.insert(name);
  }
  std::vector<std::pair<std::string, TensorValue>> write();

private:
  void assign(ForeignValue value, StringRef absent) {
    if (std::string &name = names[value.number]; name.empty())
      name = makeName(model.hints[value.number].empty() ? absent : StringRef(model.hints[value.number]));
  }
  /// A new identifier like the name.
  std::string makeName(StringRef wanted);
  void print(const ForeignArg &arg);
  void printCall(const ForeignNode &node);
  void printInputs(const ForeignGraph &graph);
  void printNested(const ForeignGraph &graph);

  const ForeignModel &model;
  llvm::raw_ostream &os;
  std::vector<std::string> names;                           ///< by the number of a value
  llvm::DenseMap<const ForeignGraph *, std::string> nested; ///< names
  llvm::StringSet<> used;
};

std::string FxWriter::makeName(StringRef wanted) {
  std::string base;
  for (char c : wanted)
    base += llvm::isAlnum(c) ? c : '_';
  if (base.empty() || llvm::isDigit(base.front()))
    base.insert(0, "_");
  std::string name = base;
  for (unsigned i = 1; !used.insert(name).second; ++i)
    name = base + "_" + std::to_string(i);
  return name;
}

StringRef dtypeOf(Type type) {
  if (auto integer = dyn_cast<IntegerType>(type)) {
    constexpr llvm::StringLiteral signedNames[] = {"int8", "int16", "int32", "int64"},
                                  unsignedNames[] = {"uint8", "uint16", "uint32", "uint64"};
    if (integer.getWidth() == 1)
      return "bool";
    unsigned at = llvm::Log2_32(integer.getWidth()) - 3;
    return integer.isUnsigned() ? unsignedNames[at] : signedNames[at];
  }
  return type.isF16() ? "float16" : type.isBF16() ? "bfloat16" : type.isF32() ? "float32" : "float64";
}

void FxWriter::print(const ForeignArg &arg) {
  if (const auto *value = arg.get<ForeignValue>())
    os << names[value->number];
  else if (const auto *integer = arg.get<int64_t>())
    os << *integer;
  else if (const auto *number = arg.get<double>())
    std::isfinite(*number)
        ? os << llvm::format("%.17g", *number) << (*number == std::trunc(*number) && std::fabs(*number) < 1e16 ? ".0" : "")
        : os << (std::isnan(*number) ? "float(\"nan\")"
                 : *number > 0       ? "float(\"inf\")"
                                     : "float(\"-inf\")");
  else if (const auto *flag = arg.get<bool>())
    os << (*flag ? "True" : "False");
  else if (const auto *text = arg.get<std::string>())
    os << llvm::json::Value(*text); // which Python reads as a string of its own
  else if (const auto *type = arg.get<Type>())
    os << "torch." << dtypeOf(*type);
  else if (const auto *list = arg.get<ForeignArg::List>()) {
    os << '[';
    llvm::interleaveComma(*list, os, [&](const ForeignArg &element) { print(element); });
    os << ']';
  } else if (const auto *graph = arg.get<std::shared_ptr<ForeignGraph>>()) {
    os << nested.lookup(graph->get());
  } else {
    os << "None";
  }
}

void FxWriter::printInputs(const ForeignGraph &graph) {
  for (ForeignValue input : graph.inputs) {
    assign(input, "x");
    os << "    " << names[input.number] << " = graph.placeholder(\"" << names[input.number] << "\")\n";
  }
}

void FxWriter::printNested(const ForeignGraph &graph) {
  std::string name;
  for (unsigned i = 0; name.empty() || !used.insert(name).second; ++i)
    name = graph.name + "_" + std::to_string(i);
  nested[&graph] = name;
  os << "    enter()\n";
  printInputs(graph);
  for (const ForeignNode &node : graph.nodes)
    printCall(node);
  os << "    " << name << " = leave(\"" << name << "\", ";
  if (graph.isTuple) {
    os << '(';
    for (ForeignValue output : graph.outputs)
      os << names[output.number] << ", ";
    os << "))\n";
  } else {
    os << names[graph.outputs.front().number] << ")\n";
  }
}

void FxWriter::printCall(const ForeignNode &node) {
  for (const ForeignArg &arg : node.args)
    if (const auto *graph = arg.get<std::shared_ptr<ForeignGraph>>())
      printNested(**graph);
  ForeignValue result = node.results.front();
  StringRef absent = StringRef(node.op).split('.').second;
  absent.consume_front("ops.higher_order.");
  assign(result, absent.split('.').first);
  os << "    " << names[result.number] << " = call(\"" << names[result.number] << "\", " << node.op;
  // What is left out at the end has its default.
  size_t count = node.args.size();
  while (count > 0 && std::holds_alternative<std::monostate>(node.args[count - 1].value))
    --count;
  for (const ForeignArg &arg : ArrayRef(node.args).take_front(count)) {
    os << ", ";
    print(arg);
  }
  for (const auto &[name, arg] : node.named) {
    os << ", " << name << '=';
    print(arg);
  }
  os << ")\n";
}

std::vector<std::pair<std::string, TensorValue>> FxWriter::write() {
  std::vector<std::pair<std::string, TensorValue>> weights;
  os << opening;
  if (llvm::any_of(model.graph.nodes, [](const ForeignNode &node) {
        return llvm::any_of(node.args, [](const ForeignArg &arg) { return arg.get<std::shared_ptr<ForeignGraph>>() != nullptr; });
      }))
    os << nesting;
  printInputs(model.graph);
  for (bool parameters : {true, false})
    for (const ForeignModel::Constant &constant : model.constants) {
      if (constant.isParameter != parameters)
        continue;
      assign(constant.value, "constant");
      const std::string &name = names[constant.value.number];
      std::string attribute = parameters ? model.hints[constant.value.number] : "constants." + name;
      os << "    " << name << " = read(\"" << name << "\", " << llvm::json::Value(attribute) << ")\n";
      weights.push_back({attribute, constant.tensor});
    }
  for (const ForeignNode &node : model.graph.nodes)
    printCall(node);
  os << "    graph.output(";
  print(model.graph.outputs.size() == 1 ? ForeignArg(model.graph.outputs.front())
                                        : ForeignArg(ForeignArg::List(model.graph.outputs.begin(), model.graph.outputs.end())));
  os << ")\n    return torch.fx.GraphModule(root, graph)\n";
  return weights;
}
} // namespace

FailureOr<FxProgram> graphopt::exportFx(ModuleOp module, const FxExportOptions &options) {
  FailureOr<ExportedFunction> exported = exportFunction(module, options.functionName, ExportTarget::aten);
  if (failed(exported))
    return failure();
  FxProgram program;
  llvm::raw_string_ostream os(program.text);
  program.weights = FxWriter(exported->model, os).write();
  if (options.weightsName.empty())
    return program;
  os << "\n\ndef load() -> torch.fx.GraphModule:\n    from safetensors.torch import load_file\n\n    return build(";
  if (program.weights.empty())
    os << "{}";
  else
    os << "load_file(Path(__file__).with_name(" << llvm::json::Value(options.weightsName) << "))";
  os << ")\n";
  return program;
}
