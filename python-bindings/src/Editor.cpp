//===- Editor.cpp - reading and changing a graph node by node -------------===//
#include "Editor.h"
#include "graph-opt/Dialect/Graph/Graph.h"
#include "graph-opt/Dialect/Graph/WeightStore.h"
#include "graph-opt/Rewrite/BuildOp.h"
#include "mlir/AsmParser/AsmParser.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "mlir/Transforms/RegionUtils.h"
#include "llvm/ADT/SetVector.h"
#include <nanobind/stl/optional.h>

namespace nb = nanobind;
using namespace nb::literals;
using namespace mlir;
using namespace graphopt;
using namespace graphopt::python;

func::FuncOp Editor::getFunction(const std::string &name) const {
  Operation *found = name.empty() ? unwrap(module.getFunction()).getOperation() : module.get().lookupSymbol(name);
  auto function = dyn_cast_or_null<func::FuncOp>(found);
  if (!function || !function.getBody().hasOneBlock())
    throw Error("expected a function with a body of one block, got '" + name + "'");
  return function;
}

Editor::Node Editor::number(Operation *op) {
  auto [it, isNew] = numbers.try_emplace(op, next);
  if (isNew)
    ops[next++] = op;
  return it->second;
}

Operation *Editor::find(Node node) const {
  auto it = ops.find(node);
  return it == ops.end() ? nullptr : it->second;
}

Operation *Editor::get(Node node) const {
  if (Operation *op = find(node))
    return op;
  throw Error("expected a node of the graph, got one that was erased, or that a pass may have changed");
}

void Editor::checkChangeable() const {
  if (walks > 0)
    throw Error("expected no change of the graph while it is searched, split or run");
}

Editor::Ref Editor::refer(Value value) {
  if (auto result = dyn_cast<OpResult>(value))
    return {number(result.getOwner()), static_cast<int>(result.getResultNumber()), -1};
  auto argument = cast<BlockArgument>(value);
  Region *region = argument.getOwner()->getParent();
  return {number(region->getParentOp()), static_cast<int>(argument.getArgNumber()), static_cast<int>(region->getRegionNumber())};
}

Value Editor::get(const Ref &ref) const {
  auto [node, index, region] = ref;
  Operation *op = get(node);
  ValueRange values = region < 0 ? ValueRange(op->getResults()) : ValueRange(op->getRegion(region).getArguments());
  if (index < 0 || static_cast<size_t>(index) >= values.size())
    throw Error("expected a value of the graph, got one that is no more");
  return values[index];
}

std::vector<Editor::Ref> Editor::refer(ValueRange values) {
  std::vector<Ref> refs;
  for (Value value : values)
    refs.push_back(refer(value));
  return refs;
}

std::vector<Editor::Node> Editor::number(Block &block) {
  std::vector<Node> nodes;
  for (Operation &op : block.without_terminator())
    nodes.push_back(number(&op));
  return nodes;
}

OpBuilder Editor::builderAt(Node node) const {
  checkChangeable();
  Operation *op = get(node);
  if (auto function = dyn_cast<func::FuncOp>(op))
    return OpBuilder(function.front().getTerminator());
  return OpBuilder(op);
}

void Editor::replace(Value old, Value made, llvm::function_ref<bool(Operation *)> isWanted) {
  checkChangeable();
  SmallVector<OpOperand *> uses;
  for (OpOperand &use : old.getUses())
    if (use.getOwner() != made.getDefiningOp() && isWanted(use.getOwner())) {
      if (!isKnownAt(made, use.getOwner()))
        throw Error("expected a value that comes before all users, got one behind '" + use.getOwner()->getName().getStringRef().str() +
                    "'");
      uses.push_back(&use);
    }
  if (made.getType() != old.getType() && !uses.empty()) {
    if (!tensor::CastOp::areCastCompatible(made.getType(), old.getType()))
      throw Error("expected a value of type " + printType(old.getType()) + ", got " + printType(made.getType()));
    OpBuilder b(getContext());
    b.setInsertionPointAfterValue(made);
    made = tensor::CastOp::create(b, made.getLoc(), old.getType(), made);
  }
  for (OpOperand *use : uses)
    use->set(made);
}

void Editor::forget(Operation *op) {
  op->walk([&](Operation *inner) {
    if (auto it = numbers.find(inner); it != numbers.end()) {
      ops.erase(it->second);
      numbers.erase(it);
    }
  });
}

void Editor::forgetAll() {
  checkChangeable();
  ops.clear();
  numbers.clear();
}

void Editor::erase(Operation *op) {
  checkChangeable();
  if (isa<FunctionOpInterface>(op))
    throw Error("expected a node of a function, got the function");
  for (Operation *user : op->getUsers())
    throw Error("expected a node that nothing uses, got one that '" + user->getName().getStringRef().str() + "' uses");
  forget(op);
  op->erase();
}

namespace {
using Node = Editor::Node;
using Ref = Editor::Ref;

/// The names and source lines in a location, the innermost first.
std::vector<std::pair<std::string, int64_t>> readSource(Location loc) {
  std::vector<std::pair<std::string, int64_t>> source;
  loc->walk([&](Location part) {
    if (auto line = dyn_cast<FileLineColLoc>(part))
      source.emplace_back(line.getFilename().str(), line.getLine());
    return WalkResult::advance();
  });
  return source;
}

std::string readName(Location loc) {
  auto name = loc->findInstanceOf<NameLoc>();
  return name ? name.getName().str() : "";
}

nb::dict readAttributes(const Editor &editor, Node node) {
  Operation *op = editor.get(node);
  nb::dict attributes;
  // Inherent ones first: those with a name on the op, without what only counts operands.
  for (StringAttr name : op->getName().getAttributeNames())
    if (Attribute attribute = op->getAttr(name); attribute && name != "operandSegmentSizes")
      attributes[name.getValue().str().c_str()] = fromAttribute(attribute);
  for (NamedAttribute attribute : op->getDiscardableAttrs())
    attributes[attribute.getName().getValue().str().c_str()] = fromAttribute(attribute.getValue());
  return attributes;
}

/// (name, element type, sizes) of a value; -1 is a dynamic size.
std::tuple<std::string, std::string, std::vector<int64_t>> describeValue(const Editor &editor, const Ref &ref) {
  Value value = editor.get(ref);
  std::string name = readName(value.getLoc());
  if (auto argument = dyn_cast<BlockArgument>(value))
    if (auto function = dyn_cast<func::FuncOp>(argument.getOwner()->getParentOp()))
      if (auto given = function.getArgAttrOfType<StringAttr>(argument.getArgNumber(), graph::nameAttr))
        name = given.str();
  auto tensor = dyn_cast<RankedTensorType>(value.getType());
  if (!tensor)
    return {name, printType(value.getType()), {}};
  std::vector<int64_t> sizes;
  for (int64_t size : tensor.getShape())
    sizes.push_back(ShapedType::isDynamic(size) ? -1 : size);
  return {name, printType(tensor.getElementType()), sizes};
}

std::vector<Node> readUsers(Editor &editor, const Ref &ref) {
  llvm::SmallSetVector<Operation *, 8> users;
  for (Operation *user : editor.get(ref).getUsers())
    if (!user->hasTrait<OpTrait::IsTerminator>())
      users.insert(user);
  std::vector<Node> nodes;
  for (Operation *user : llvm::reverse(users)) // uses are kept with the latest first
    nodes.push_back(editor.number(user));
  return nodes;
}

std::vector<Ref> build(Editor &editor, Node before, const std::string &op, const std::vector<std::vector<Ref>> &operands,
                       const nb::dict &attributes, const std::string &name) {
  OpBuilder b = editor.builderAt(before);
  SmallVector<OperandGroup> groups;
  for (const std::vector<Ref> &given : operands) {
    OperandGroup &group = groups.emplace_back();
    for (const Ref &ref : given) {
      group.push_back(editor.get(ref));
      if (!isKnownAt(group.back(), &*b.getInsertionPoint()))
        throw Error("expected operands of '" + op + "' that come before it, got one of a later node");
    }
  }
  // Of the node in whose place it comes, it keeps the source and not the name.
  Location loc = UnknownLoc::get(editor.getContext());
  if (Operation *place = editor.get(before); !isa<func::FuncOp>(place))
    loc = isa<NameLoc>(place->getLoc()) ? cast<NameLoc>(place->getLoc()).getChildLoc() : place->getLoc();
  if (!name.empty())
    loc = NameLoc::get(StringAttr::get(editor.getContext(), name), loc);
  return editor.refer(unwrap(buildOp(b, loc, op, groups, toAttributes(editor.getContext(), attributes)))->getResults());
}

Ref buildConstant(Editor &editor, Node before, const Tensor &value, const std::string &name) {
  OpBuilder b = editor.builderAt(before);
  Location loc = NameLoc::get(b.getStringAttr(name.empty() ? "constant" : name));
  ElementsAttr attr = WeightStore::makeAttr(editor.getContext(), toValues(editor.getContext(), {value}).front().clone(), "constant");
  auto *dialect = editor.getContext()->getOrLoadDialect<graph::GraphDialect>();
  return editor.refer(dialect->materializeConstant(b, attr, attr.getType(), loc)->getResult(0));
}

Node copyNode(Editor &editor, Node node, Node before, const std::vector<Ref> &inputs) {
  Operation *op = editor.get(node);
  if (inputs.size() != op->getNumOperands())
    throw Error("expected " + std::to_string(op->getNumOperands()) + " inputs, got " + std::to_string(inputs.size()));
  OpBuilder b = editor.builderAt(before);
  SmallVector<Value> operands;
  for (const Ref &ref : inputs) {
    operands.push_back(editor.get(ref));
    if (!isKnownAt(operands.back(), &*b.getInsertionPoint()))
      throw Error("expected inputs of the copy that come before it, got one of a later node");
  }
  bool isKnown = true;
  visitUsedValuesDefinedAbove(op->getRegions(), [&](OpOperand *use) { isKnown &= isKnownAt(use->get(), &*b.getInsertionPoint()); });
  if (!isKnown)
    throw Error("expected a place for the copy where all that its bodies use is known, got one before it");
  bool isSame = llvm::equal(TypeRange(operands), op->getOperandTypes());
  if (!isSame)
    throw Error("expected inputs of the types of '" + op->getName().getStringRef().str() + "', got others: build it anew");
  Operation *copy = b.clone(*op);
  copy->setOperands(operands);
  return editor.number(copy);
}
} // namespace

void python::bindEditor(nb::module_ &m) {
  nb::class_<Editor> editor(m, "Editor");
  editor.def(nb::init<Module &>(), "module"_a, nb::keep_alive<1, 2>())
      .def("forget_all", &Editor::forgetAll)
      .def(
          "function", [](Editor &self, const std::string &name) { return self.number(self.getFunction(name)); }, "name"_a)
      .def(
          "nodes", [](Editor &self, Node function) { return self.number(self.get(function)->getRegion(0).front()); }, "function"_a)
      .def(
          "bodies",
          [](Editor &self, Node node) {
            std::vector<std::vector<Node>> bodies;
            for (Region &region : self.get(node)->getRegions())
              for (Block &block : region)
                bodies.push_back(self.number(block));
            return bodies;
          },
          "node"_a)
      .def(
          "knows", [](Editor &self, Node node) { return self.find(node) != nullptr; }, "node"_a)
      .def(
          "op", [](Editor &self, Node node) { return self.get(node)->getName().getStringRef().str(); }, "node"_a)
      .def(
          "name", [](Editor &self, Node node) { return readName(self.get(node)->getLoc()); }, "node"_a)
      .def(
          "source", [](Editor &self, Node node) { return readSource(self.get(node)->getLoc()); }, "node"_a)
      .def(
          "text",
          [](Editor &self, Node node) {
            std::string text;
            llvm::raw_string_ostream stream(text);
            self.get(node)->print(stream, OpPrintingFlags().skipRegions().useLocalScope());
            return text;
          },
          "node"_a)
      .def("attributes", &readAttributes, "node"_a)
      .def(
          "set_attribute",
          [](Editor &self, Node node, const std::string &name, nb::handle value) {
            Operation *op = self.get(node);
            self.checkChangeable();
            if (name == "operandSegmentSizes" ||
                (name.find('.') == std::string::npos && !llvm::is_contained(op->getName().getAttributeNames(), name) && !op->hasAttr(name)))
              throw Error("expected an attribute that '" + op->getName().getStringRef().str() + "' has, or a name with a dot, got '" +
                          name + "'");
            Attribute attribute = value.is_none() ? Attribute() : toAttribute(self.getContext(), name, value);
            Attribute before = op->getAttr(name);
            attribute ? op->setAttr(name, attribute) : (void)op->removeAttr(name);
            if (llvm::Error wrong = verifyOp(op)) {
              before ? op->setAttr(name, before) : (void)op->removeAttr(name);
              raise(std::move(wrong));
            }
          },
          "node"_a, "name"_a, "value"_a.none())
      .def(
          "inputs", [](Editor &self, Node node) { return self.refer(self.get(node)->getOperands()); }, "node"_a)
      .def(
          "outputs", [](Editor &self, Node node) { return self.refer(self.get(node)->getResults()); }, "node"_a)
      .def(
          "set_input",
          [](Editor &self, Node node, unsigned index, const Ref &ref) {
            Operation *op = self.get(node);
            self.checkChangeable();
            if (index >= op->getNumOperands())
              throw Error("expected an input of " + std::to_string(op->getNumOperands()) + ", got number " + std::to_string(index));
            Value value = self.get(ref);
            if (!isKnownAt(value, op) || value.getType() != op->getOperand(index).getType())
              throw Error("expected a value of type " + printType(op->getOperand(index).getType()) +
                          " that comes before the node, got one of type " + printType(value.getType()));
            op->setOperand(index, value);
          },
          "node"_a, "index"_a, "value"_a)
      .def(
          "arguments", [](Editor &self, Node node) { return self.refer(self.get(node)->getRegion(0).getArguments()); }, "function"_a)
      .def(
          "results",
          [](Editor &self, Node node) { return self.refer(self.get(node)->getRegion(0).front().getTerminator()->getOperands()); },
          "function"_a)
      .def("describe", &describeValue, "value"_a)
      .def("users", &readUsers, "value"_a)
      .def(
          "next",
          [](Editor &self, Node node) -> std::optional<Node> {
            Operation *next = self.get(node)->getNextNode();
            if (!next || next->hasTrait<OpTrait::IsTerminator>())
              return std::nullopt;
            return self.number(next);
          },
          "node"_a)
      .def("build", &build, "before"_a, "op"_a, "operands"_a, "attributes"_a, "name"_a)
      .def("constant", &buildConstant, "before"_a, "value"_a, "name"_a)
      .def("copy", &copyNode, "node"_a, "before"_a, "inputs"_a)
      .def(
          "replace",
          [](Editor &self, const Ref &old, const Ref &made, std::optional<std::vector<Node>> users) {
            llvm::SmallPtrSet<Operation *, 8> wanted;
            if (users)
              for (Node user : *users)
                wanted.insert(self.get(user));
            self.replace(self.get(old), self.get(made), [&](Operation *user) { return !users || wanted.contains(user); });
          },
          "old"_a, "new"_a, "users"_a.none())
      .def(
          "erase", [](Editor &self, Node node) { self.erase(self.get(node)); }, "node"_a)
      .def(
          "is_dead", [](Editor &self, Node node) { return self.get(node)->use_empty() && isMemoryEffectFree(self.get(node)); }, "node"_a)
      .def(
          "add_input",
          [](Editor &self, Node function, const std::string &type, const std::string &name) {
            self.checkChangeable();
            Type parsed = toType(self.getContext(), type);
            if (!isa<RankedTensorType>(parsed))
              throw Error("expected the type of a tensor, got '" + type + "'");
            return self.refer(unwrap(addArgument(cast<func::FuncOp>(self.get(function)), parsed, name)));
          },
          "function"_a, "type"_a, "name"_a)
      .def(
          "set_results",
          [](Editor &self, Node function, const std::vector<Ref> &values, const std::vector<std::string> &names) {
            self.checkChangeable();
            SmallVector<Value> results;
            for (const Ref &ref : values)
              results.push_back(self.get(ref));
            if (llvm::Error wrong = setResults(cast<func::FuncOp>(self.get(function)), results, names))
              raise(std::move(wrong));
          },
          "function"_a, "values"_a, "names"_a)
      .def("verify", [](Editor &self, Node node) {
        if (llvm::Error wrong = verifyOp(self.get(node)))
          raise(std::move(wrong));
      });
  bindRewriting(editor);
}
