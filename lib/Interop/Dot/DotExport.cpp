//===- DotExport.cpp - graphs as pictures ---------------------------------===//
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Interop/Dot.h"
#include "mlir/Interfaces/FunctionInterfaces.h"
#include "llvm/ADT/StringExtras.h"

using namespace mlir;
using namespace graphopt;

namespace {
class DotWriter {
public:
  DotWriter(llvm::raw_ostream &os, const DotExportOptions &options) : os(os), options(options) {}
  void write(ModuleOp module);

private:
  void writeFunction(FunctionOpInterface function);
  void writeBlock(Block &block, unsigned depth);
  void writeOp(Operation *op, unsigned depth);
  void writeEdges(Operation *op);
  /// Ops that only give other ops a constant or a size: drawn on request.
  bool isHidden(Operation *op) const {
    if (options.showConstants || op->hasTrait<OpTrait::IsTerminator>() || op->getNumRegions())
      return false;
    bool hasTensorOperand = llvm::any_of(op->getOperandTypes(), [](Type type) { return isa<ShapedType>(type); });
    bool hasTensorResult = llvm::any_of(op->getResultTypes(), [](Type type) { return isa<ShapedType>(type); });
    return !hasTensorResult || !hasTensorOperand;
  }
  std::string quote(StringRef text) {
    std::string quoted = "\"";
    for (char c : text)
      quoted += c == '"' || c == '\\'            ? std::string("\\") + c
                : c == '\n'                      ? "\\n"
                : llvm::isPrint(c) || (c & 0x80) ? std::string(1, c)
                                                 : "?";
    return quoted + "\"";
  }
  unsigned number(void *thing) { return numbers.try_emplace(thing, numbers.size()).first->second; }
  llvm::raw_ostream &indent(unsigned depth) { return os.indent(2 * depth); }

  llvm::raw_ostream &os;
  const DotExportOptions &options;
  DenseMap<void *, unsigned> numbers;
};

std::string typeText(Type type) {
  std::string text;
  llvm::raw_string_ostream os(text);
  if (auto tensor = dyn_cast<RankedTensorType>(type)) {
    for (int64_t size : tensor.getShape())
      os << (ShapedType::isDynamic(size) ? "?" : std::to_string(size)) << 'x';
    os << tensor.getElementType();
  } else {
    os << type;
  }
  return text;
}

/// The names in a location, the innermost last: the node, and the module that it belongs to.
std::string nameOf(Location loc) {
  std::string text;
  while (auto name = dyn_cast<NameLoc>(loc)) {
    text += (text.empty() ? "" : "\n") + name.getName().str();
    loc = name.getChildLoc();
  }
  return text;
}
} // namespace

void DotWriter::write(ModuleOp module) {
  os << "digraph \"module\" {\n  node [shape=box, fontname=\"sans-serif\"];\n  edge [fontname=\"sans-serif\", fontsize=10];\n";
  for (auto function : module.getOps<FunctionOpInterface>())
    writeFunction(function);
  os << "}\n";
}

void DotWriter::writeFunction(FunctionOpInterface function) {
  indent(1) << "subgraph cluster_f" << number(function.getOperation()) << " {\n";
  indent(2) << "label=" << quote(function.getName()) << ";\n";
  if (!function.isExternal()) {
    for (BlockArgument argument : function.getArguments()) {
      auto name = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), graph::nameAttr);
      indent(2) << "a" << number(argument.getAsOpaquePointer())
                << " [shape=ellipse, label=" << quote(name ? name.str() : "%arg" + std::to_string(argument.getArgNumber())) << "];\n";
    }
    for (Block &block : function.getFunctionBody())
      writeBlock(block, 2);
  }
  indent(1) << "}\n";
  function->walk([&](Operation *op) {
    if (op != function.getOperation())
      writeEdges(op);
  });
}

void DotWriter::writeBlock(Block &block, unsigned depth) {
  if (!isa<FunctionOpInterface>(block.getParentOp()))
    for (BlockArgument argument : block.getArguments())
      indent(depth) << "a" << number(argument.getAsOpaquePointer()) << " [shape=ellipse, label=\"%" << argument.getArgNumber() << "\"];\n";
  for (Operation &op : block)
    writeOp(&op, depth);
}

void DotWriter::writeOp(Operation *op, unsigned depth) {
  if (isHidden(op))
    return;
  std::string label = op->getName().getStringRef().str();
  if (std::string name = nameOf(op->getLoc()); !name.empty())
    label += "\n" + name;
  indent(depth) << "n" << number(op) << " [label=" << quote(label) << "];\n";
  for (Region &region : op->getRegions()) {
    indent(depth) << "subgraph cluster_r" << number(&region) << " {\n";
    indent(depth + 1) << "label=" << quote(op->getName().getStringRef()) << ";\n";
    for (Block &block : region)
      writeBlock(block, depth + 1);
    indent(depth) << "}\n";
  }
}

void DotWriter::writeEdges(Operation *op) {
  if (isHidden(op))
    return;
  for (Value operand : op->getOperands()) {
    Operation *producer = operand.getDefiningOp();
    if (producer && isHidden(producer))
      continue;
    indent(1);
    if (producer)
      os << "n" << number(producer);
    else
      os << "a" << number(operand.getAsOpaquePointer());
    os << " -> n" << number(op) << " [label=" << quote(typeText(operand.getType())) << "];\n";
  }
}

void graphopt::exportDot(ModuleOp module, llvm::raw_ostream &os, const DotExportOptions &options) { DotWriter(os, options).write(module); }
