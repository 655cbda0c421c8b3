//===- GraphPattern.cpp ---------------------------------------------------===//
#include "graph-opt/Rewrite/GraphPattern.h"
#include "Rewrite/Matcher.h"
#include "graph-opt/GraphError.h"
#include "graph-opt/Rewrite/BuildOp.h"
#include "mlir/Interfaces/SideEffectInterfaces.h"
#include "llvm/ADT/DenseSet.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/SmallVector.h"

using namespace mlir;
using namespace graphopt;

GraphPattern::Value GraphPattern::capture(StringRef name) {
  nodes.push_back({Kind::capture, name.str(), 0, {}, {}});
  return {static_cast<unsigned>(nodes.size() - 1)};
}

GraphPattern::Value GraphPattern::number(double number) {
  nodes.push_back({Kind::number, "", number, {}, {}});
  return {static_cast<unsigned>(nodes.size() - 1)};
}

GraphPattern::Value GraphPattern::op(StringRef name, ArrayRef<Value> operands, ArrayRef<NamedAttribute> attributes, unsigned result) {
  nodes.push_back({Kind::op, name.str(), 0, operands.vec(), attributes.vec()});
  return {static_cast<unsigned>(nodes.size() - 1), result};
}

/// The matcher recurses once for each.
static constexpr size_t mostNodes = 1000;

std::string GraphPattern::check() const {
  if (outputs.empty())
    return "expected a pattern with an output";
  if (nodes.size() > mostNodes)
    return "expected at most " + std::to_string(mostNodes) + " ops, numbers and captures in a pattern, got " + std::to_string(nodes.size());
  llvm::SmallDenseSet<unsigned> rooted;
  for (Value output : outputs) {
    if (output.node >= nodes.size() || nodes[output.node].kind != Kind::op)
      return "expected outputs of a pattern that are results of ops";
    rooted.insert(output.node);
  }
  // Operands come before their op, so one sweep from the end sees all that the outputs reach.
  for (size_t node = nodes.size(); node-- > 0;)
    for (Value operand : nodes[node].operands) {
      if (operand.node >= node)
        return "expected operands of a pattern that were made before";
      if (rooted.contains(node))
        rooted.insert(operand.node);
    }
  for (const auto &[index, node] : llvm::enumerate(nodes))
    if (!rooted.contains(index))
      return "expected a pattern whose outputs depend on all of it, got " +
             (node.kind == Kind::capture ? "capture '" + node.name + "'"
              : node.kind == Kind::op    ? "'" + node.name + "'"
                                         : "a number") +
             " beside them";
  return "";
}

/// Where what replaces the outputs may be built: behind all captures, before all users. Null if there is no such place.
static Operation *findInsertion(const PatternMatch &match) {
  SmallVector<Operation *> outputs;
  for (mlir::Value output : match.outputs)
    outputs.push_back(output.getDefiningOp());
  Block *block = outputs.front()->getBlock();
  if (llvm::any_of(outputs, [&](Operation *op) { return op->getBlock() != block; }))
    return nullptr;
  auto isBefore = [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); };
  Operation *first = *llvm::min_element(outputs, isBefore), *last = *llvm::max_element(outputs, isBefore);
  if (llvm::all_of(match.captures, [&](const PatternMatch::Use &use) { return !use.op || isKnownAt(use.get(), first); }))
    return first;
  for (mlir::Value output : match.outputs)
    for (Operation *user : output.getUsers())
      if (!llvm::is_contained(match.ops, user) && !isKnownAt(last->getResult(0), user))
        return nullptr;
  return last;
}

llvm::Expected<std::vector<PatternMatch>> graphopt::findMatches(Region &region, const GraphPattern &pattern, const MatchOptions &options,
                                                                llvm::function_ref<bool(const PatternMatch &)> accept) {
  if (std::string wrong = pattern.check(); !wrong.empty())
    return makeError(Failure::usage, wrong);
  StringRef root = pattern.getNodes()[pattern.getOutputs().front().node].name;
  SmallVector<Operation *> candidates;
  region.walk<WalkOrder::PreOrder>([&](Operation *op) {
    if (op->getName().getStringRef() == root)
      candidates.push_back(op);
  });
  std::vector<PatternMatch> matches;
  llvm::DenseSet<Operation *> replaced, inner; // by the matches so far: ops with outputs, and the others
  Matcher matcher(pattern, options);
  for (Operation *candidate : candidates) {
    if (!matcher.matchAt(candidate)) {
      if (matcher.isOverBudget())
        return makeError(Failure::limit, "expected an answer within " + Twine(options.maxSteps) + " steps at an op '" + root + "'");
      continue;
    }
    PatternMatch &match = matcher.match;
    match.insertion = findInsertion(match);
    llvm::SmallDenseSet<Operation *> outputs;
    for (mlir::Value output : match.outputs)
      outputs.insert(output.getDefiningOp());
    bool overlaps = llvm::any_of(
        match.ops, [&](Operation *op) { return op && (replaced.contains(op) || (outputs.contains(op) && inner.contains(op))); });
    if (!match.insertion || overlaps || (accept && !accept(match)))
      continue;
    for (Operation *op : match.ops)
      if (op)
        (outputs.contains(op) ? replaced : inner).insert(op);
    matches.push_back(std::move(match));
  }
  return matches;
}

llvm::Expected<std::string> graphopt::explainMismatch(Operation *op, const GraphPattern &pattern, const MatchOptions &options) {
  if (std::string wrong = pattern.check(); !wrong.empty())
    return makeError(Failure::usage, wrong);
  Matcher matcher(pattern, options);
  matcher.wantsReason = true;
  if (!matcher.matchAt(op))
    return matcher.reason;
  return findInsertion(matcher.match) ? "" : "expected a place behind all captures and before all users of the outputs, got none";
}

void graphopt::eraseDeadOps(const PatternMatch &match, llvm::function_ref<void(Operation *)> onErase) {
  // A pattern's ops come behind their operands, but two nodes may be one op.
  llvm::SmallSetVector<Operation *, 8> ops;
  for (Operation *op : llvm::reverse(match.ops))
    if (op)
      ops.insert(op);
  for (Operation *op : ops)
    if (op->use_empty() && mlir::isMemoryEffectFree(op)) {
      if (onErase)
        onErase(op);
      op->erase();
    }
}
