//===- Rewriting.cpp - patterns, parts and interpreters of Python's -------===//
#include "Editor.h"
#include "graph-opt/Rewrite/Split.h"
#include "llvm/ADT/ScopeExit.h"
#include <nanobind/stl/function.h>
#include <nanobind/stl/optional.h>

namespace nb = nanobind;
using namespace nb::literals;
using namespace mlir;
using namespace graphopt;
using namespace graphopt::python;

namespace {
using Node = Editor::Node;
using Ref = Editor::Ref;

/// A pattern as Python writes it down: for each node a capture's name, a number, or (op, operands, attributes), where operands and outputs
/// are (node, result).
using PatternValue = std::pair<unsigned, unsigned>;
GraphPattern readPattern(MLIRContext *context, const nb::list &nodes, const std::vector<PatternValue> &outputs) {
  GraphPattern pattern;
  for (nb::handle node : nodes) {
    if (nb::isinstance<nb::str>(node)) {
      pattern.capture(nb::cast<std::string>(node));
    } else if (nb::isinstance<nb::tuple>(node)) {
      auto [op, operands, attributes, groups] =
          nb::cast<std::tuple<std::string, std::vector<PatternValue>, nb::dict, std::vector<int32_t>>>(node);
      std::vector<GraphPattern::Value> values;
      for (auto [operand, result] : operands)
        values.push_back({operand, result});
      std::vector<NamedAttribute> named = toAttributes(context, attributes);
      Builder b(context);
      for (auto [key, value] : attributes) // what is said to be false is not there, unlike what nothing is said of
        if (value.is(nb::bool_(false)))
          named.emplace_back(b.getStringAttr(nb::cast<std::string>(key)), b.getBoolAttr(false));
      constexpr llvm::StringLiteral segments = "operandSegmentSizes";
      if (OperationName name(op, context); name.isRegistered() && llvm::is_contained(name.getAttributeNames(), segments))
        named.emplace_back(b.getStringAttr(segments), b.getDenseI32ArrayAttr(groups));
      pattern.op(op, values, named);
    } else {
      pattern.number(nb::cast<double>(node));
    }
  }
  for (auto [node, result] : outputs)
    pattern.output({node, result});
  return pattern;
}

/// A match in Python's hands: by numbers, for its ops may be erased before it.
class FoundMatch {
public:
  FoundMatch(Editor &editor, const PatternMatch &match) : editor(&editor), place(editor.number(match.insertion)) {
    for (const PatternMatch::Use &use : match.captures)
      captures.emplace_back(use.op ? std::optional(std::pair(editor.number(use.op), use.operand)) : std::nullopt);
    for (Operation *op : match.ops)
      ops.push_back(op ? std::optional(editor.number(op)) : std::nullopt);
    for (Value output : match.outputs)
      results.push_back(editor.refer(output));
  }

  std::optional<Ref> capture(unsigned node) const {
    if (!captures.at(node))
      return std::nullopt;
    auto [user, operand] = *captures[node];
    Operation *op = editor->get(user);
    if (operand >= op->getNumOperands())
      throw Error("expected a match whose nodes have the inputs that they had");
    return editor->refer(op->getOperand(operand));
  }
  std::optional<Node> op(unsigned node) const { return ops.at(node); }
  std::vector<Ref> outputs() const { return results; }
  Node insertion() const { return place; }
  void eraseDead() const {
    editor->checkChangeable();
    PatternMatch left;
    for (std::optional<Node> node : ops)
      left.ops.push_back(node ? editor->find(*node) : nullptr);
    eraseDeadOps(left, [&](Operation *op) { editor->forget(op); });
  }

private:
  Editor *editor;
  std::vector<std::optional<std::pair<Node, unsigned>>> captures;
  std::vector<std::optional<Node>> ops;
  std::vector<Ref> results;
  Node place;
};

std::vector<FoundMatch> find(Editor &editor, Node function, const nb::list &nodes, const std::vector<PatternValue> &outputs, bool shared,
                             const std::optional<std::function<bool(const FoundMatch &)>> &accept) {
  MatchOptions options;
  options.shared = shared;
  Callback callback;
  auto check = [&](const PatternMatch &match) { return callback.run(false, [&] { return (*accept)(FoundMatch(editor, match)); }); };
  llvm::function_ref<bool(const PatternMatch &)> filter;
  if (accept)
    filter = check;
  GraphPattern pattern = readPattern(editor.getContext(), nodes, outputs);
  std::vector<FoundMatch> found;
  Editor::Walk walk(editor);
  for (const PatternMatch &match : callback.unwrap(findMatches(editor.get(function)->getRegion(0), pattern, options, filter)))
    found.emplace_back(editor, match);
  return found;
}

std::string explain(Editor &editor, Node node, const nb::list &nodes, const std::vector<PatternValue> &outputs, bool shared) {
  MatchOptions options;
  options.shared = shared;
  return unwrap(explainMismatch(editor.get(node), readPattern(editor.getContext(), nodes, outputs), options));
}

/// (tag, function) of each part, in an order that they can run in.
using Parts = std::vector<std::pair<std::string, std::string>>;
Parts nameParts(const std::vector<Part> &parts) {
  Parts named;
  for (const Part &part : parts) {
    func::FuncOp function = part.function; // its getters aren't const
    named.emplace_back(part.tag, function.getName().str());
  }
  return named;
}

Parts splitBy(Editor &editor, Node function, const std::function<std::optional<std::string>(Node)> &tag) {
  // Tags of all first: an exception leaves the function as it was.
  auto top = cast<func::FuncOp>(editor.get(function));
  editor.checkChangeable();
  llvm::DenseMap<Operation *, std::optional<std::string>> tags;
  {
    Editor::Walk walk(editor);
    for (Operation &op : top.front().without_terminator())
      tags[&op] = tag(editor.number(&op));
  }
  return nameParts(unwrap(splitFunction(top, [&](Operation *op) { return tags.lookup(op); }, [&](Operation *op) { editor.forget(op); })));
}

Parts partitionBy(Editor &editor, Node function, const std::function<bool(Node)> &isChosen) {
  auto top = cast<func::FuncOp>(editor.get(function));
  editor.checkChangeable();
  llvm::DenseMap<Operation *, bool> chosen;
  {
    Editor::Walk walk(editor);
    for (Operation &op : top.front().without_terminator())
      chosen[&op] = isChosen(editor.number(&op));
  }
  return nameParts(
      unwrap(partitionFunction(top, [&](Operation *op) { return chosen.lookup(op); }, [&](Operation *op) { editor.forget(op); })));
}

using Tensors = std::vector<Tensor>;
/// (node, operands, the evaluation) to results.
using Hook = std::function<Tensors(Node, std::vector<Result>, std::function<std::vector<Result>(Tensors)>)>;

std::vector<Result> interpretWith(Editor &editor, Node function, const Tensors &arguments, const Hook &hook) {
  Callback callback;
  Editor::Walk walk(editor);
  auto run = [&](Operation *op, llvm::ArrayRef<TensorValue> operands, llvm::SmallVectorImpl<TensorValue> &results,
                 llvm::function_ref<LogicalResult(llvm::ArrayRef<TensorValue>)> evaluate) {
    return callback.run(failure(), [&]() -> LogicalResult {
      bool failedInside = false;
      auto isHere = std::make_shared<bool>(true); // Python may keep the function for longer
      auto leave = llvm::make_scope_exit([&] { *isHere = false; });
      auto evaluateHere = [&, isHere](const Tensors &given) {
        if (!*isHere)
          throw Error("expected a node's evaluation while the node is run");
        results.clear();
        std::vector<TensorValue> values;
        for (const TensorValue &value : toValues(editor.getContext(), given))
          values.push_back(value.clone());
        if (failed(evaluate(values))) {
          failedInside = true;
          throw Error("the evaluation of '" + op->getName().getStringRef().str() + "' failed");
        }
        return copyValues(results);
      };
      Tensors made;
      try {
        made = hook(editor.number(op), copyValues(operands), evaluateHere);
      } catch (...) {
        if (failedInside) // the library has said why
          return failure();
        throw;
      }
      results.clear();
      for (const TensorValue &value : toValues(editor.getContext(), made))
        results.push_back(value.clone());
      return success();
    });
  };
  std::vector<TensorValue> values = toValues(editor.getContext(), arguments);
  StringRef name = cast<FunctionOpInterface>(editor.get(function)).getName();
  return copyValues(callback.unwrap(editor.getModule().evaluate(values, name, {}, run)));
}
} // namespace

void python::bindRewriting(nb::class_<Editor> &editor) {
  nb::class_<FoundMatch>(editor, "Match")
      .def("capture", &FoundMatch::capture, "node"_a)
      .def("op", &FoundMatch::op, "node"_a)
      .def("outputs", &FoundMatch::outputs)
      .def("insertion", &FoundMatch::insertion)
      .def("erase_dead", &FoundMatch::eraseDead);
  editor.def("find", &find, "function"_a, "nodes"_a, "outputs"_a, "shared"_a, "accept"_a.none())
      .def("explain", &explain, "node"_a, "nodes"_a, "outputs"_a, "shared"_a)
      .def("split", &splitBy, "function"_a, "tag"_a)
      .def("partition", &partitionBy, "function"_a, "is_chosen"_a)
      .def("interpret", &interpretWith, "function"_a, "arguments"_a, "hook"_a);
}
