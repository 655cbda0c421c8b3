//===- Rewriting.cpp - patterns, parts and interpreters of Python's -------===//
#include "Editor.h"
#include "graph-opt/Rewrite/Split.h"
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
      auto [op, operands, attributes] = nb::cast<std::tuple<std::string, std::vector<PatternValue>, nb::dict>>(node);
      std::vector<GraphPattern::Value> values;
      for (auto [operand, result] : operands)
        values.push_back({operand, result});
      pattern.op(op, values, toAttributes(context, attributes));
    } else {
      pattern.number(nb::cast<double>(node));
    }
  }
  for (auto [node, result] : outputs)
    pattern.output({node, result});
  return pattern;
}

/// A match in Python's hands: numbers and references, and how to take its dead ops away.
struct FoundMatch {
  Editor *editor;
  PatternMatch match;

  std::optional<Ref> capture(unsigned node) const {
    const PatternMatch::Use &use = match.captures.at(node);
    return use.op ? std::optional(editor->refer(use.get())) : std::nullopt;
  }
  std::optional<Node> op(unsigned node) const {
    return match.ops.at(node) ? std::optional(editor->number(match.ops.at(node))) : std::nullopt;
  }
  std::vector<Ref> outputs() const { return editor->refer(ValueRange(match.outputs)); }
  Node insertion() const { return editor->number(match.insertion); }
  void eraseDead() const {
    eraseDeadOps(match, [&](Operation *op) { editor->forget(op); });
  }
};

std::vector<FoundMatch> find(Editor &editor, Node function, const nb::list &nodes, const std::vector<PatternValue> &outputs, bool shared,
                             const std::optional<std::function<bool(const FoundMatch &)>> &accept) {
  MatchOptions options;
  options.shared = shared;
  Callback callback;
  auto check = [&](const PatternMatch &match) { return callback.run(false, [&] { return (*accept)(FoundMatch{&editor, match}); }); };
  llvm::function_ref<bool(const PatternMatch &)> filter;
  if (accept)
    filter = check;
  GraphPattern pattern = readPattern(editor.getContext(), nodes, outputs);
  std::vector<FoundMatch> found;
  for (PatternMatch &match : callback.unwrap(findMatches(editor.get(function)->getRegion(0), pattern, options, filter)))
    found.push_back({&editor, std::move(match)});
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
  llvm::DenseMap<Operation *, std::optional<std::string>> tags;
  for (Operation &op : top.front().without_terminator())
    tags[&op] = tag(editor.number(&op));
  return nameParts(unwrap(splitFunction(top, [&](Operation *op) { return tags.lookup(op); })));
}

Parts partitionBy(Editor &editor, Node function, const std::function<bool(Node)> &isChosen) {
  auto top = cast<func::FuncOp>(editor.get(function));
  llvm::DenseMap<Operation *, bool> chosen;
  for (Operation &op : top.front().without_terminator())
    chosen[&op] = isChosen(editor.number(&op));
  return nameParts(unwrap(partitionFunction(top, [&](Operation *op) { return chosen.lookup(op); })));
}

using Tensors = std::vector<Tensor>;
/// (node, operands, the evaluation) to results.
using Hook = std::function<Tensors(Node, std::vector<Result>, std::function<std::vector<Result>(Tensors)>)>;

std::vector<Result> interpretWith(Editor &editor, Node function, const Tensors &arguments, const Hook &hook) {
  Callback callback;
  auto run = [&](Operation *op, llvm::ArrayRef<TensorValue> operands, llvm::SmallVectorImpl<TensorValue> &results,
                 llvm::function_ref<LogicalResult(llvm::ArrayRef<TensorValue>)> evaluate) {
    return callback.run(failure(), [&]() -> LogicalResult {
      bool failedInside = false;
      auto evaluateHere = [&](const Tensors &given) {
        results.clear();
        std::vector<TensorValue> values;
        for (const TensorValue &value : toValues(editor.getContext(), given))
          values.push_back(copyOf(value));
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
        results.push_back(copyOf(value));
      return success();
    });
  };
  std::vector<TensorValue> values = toValues(editor.getContext(), arguments);
  llvm::SmallVector<TensorValue> results;
  std::string text;
  ScopedDiagnosticHandler handler(editor.getContext(), [&](Diagnostic &diagnostic) {
    llvm::raw_string_ostream(text) << diagnostic.getLocation() << ": error: " << diagnostic;
    return success();
  });
  auto evaluated = interpret(cast<FunctionOpInterface>(editor.get(function)), values, {}, run);
  if (failed(evaluated))
    return callback.unwrap(llvm::Expected<std::vector<Result>>(makeError(Failure::badInput, text)));
  return copyValues(*evaluated);
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
