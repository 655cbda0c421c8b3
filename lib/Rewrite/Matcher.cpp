//===- Matcher.cpp --------------------------------------------------------===//
#include "Rewrite/Matcher.h"
#include "mlir/IR/BuiltinAttributes.h"
#include "mlir/IR/Matchers.h"
#include "llvm/ADT/APSInt.h"
#include "llvm/ADT/STLExtras.h"
#include "llvm/ADT/SetVector.h"
#include "llvm/ADT/StringExtras.h"
#include "llvm/Support/FormatVariadic.h"
#include "llvm/Support/raw_ostream.h"

using namespace mlir;
using namespace graphopt;

static std::string print(Attribute attr) {
  if (!attr)
    return "none";
  std::string text;
  llvm::raw_string_ostream(text) << attr;
  return text;
}

static std::string describe(Value value) {
  if (Operation *op = value.getDefiningOp())
    return "'" + op->getName().getStringRef().str() + "'";
  return "an argument";
}

bool graphopt::isNumber(Value value, double number) {
  SplatElementsAttr attr;
  if (!matchPattern(value, m_Constant(&attr)))
    return false;
  if (auto floating = dyn_cast<FloatType>(attr.getElementType()))
    return attr.getSplatValue<APFloat>().bitwiseIsEqual(FloatAttr::get(floating, number).getValue());
  APSInt integer(attr.getSplatValue<APInt>(), attr.getElementType().isUnsignedInteger() || attr.getElementType().isInteger(1));
  return number == static_cast<double>(static_cast<int64_t>(number)) &&
         APSInt::compareValues(integer, APSInt::get(static_cast<int64_t>(number))) == 0;
}

/// Whether an attribute is what a pattern names. `false` is one that is not there, and operands that nothing was said of are left out.
static bool isWanted(Attribute got, NamedAttribute named) {
  Attribute wanted = named.getValue();
  if (auto flag = dyn_cast<BoolAttr>(wanted); flag && !flag.getValue() && !got)
    return true;
  auto segments = dyn_cast<DenseI32ArrayAttr>(wanted), counts = dyn_cast_or_null<DenseI32ArrayAttr>(got);
  if (named.getName() != "operandSegmentSizes" || !segments || !counts || segments.size() > counts.size())
    return got == wanted;
  ArrayRef<int32_t> said = segments.asArrayRef(), all = counts.asArrayRef();
  return all.take_front(said.size()) == said && llvm::all_of(all.drop_front(said.size()), [](int32_t count) { return count == 0; });
}

bool Matcher::fail(const Twine &why) {
  if (wantsReason && depth >= deepest) {
    deepest = depth;
    reason = why.str();
  }
  return false;
}

bool Matcher::fail(const Twine &expected, Value got) { return wantsReason && fail("expected " + expected + ", got " + describe(got)); }

bool Matcher::matchAt(Operation *op) {
  match = {};
  match.captures.resize(pattern.getNodes().size());
  match.ops.resize(pattern.getNodes().size());
  steps = depth = deepest = 0;
  GraphPattern::Value first = pattern.getOutputs().front();
  if (first.result >= op->getNumResults())
    return fail("expected an op with " + Twine(first.result + 1) + " results, got " + Twine(op->getNumResults()));
  return solve({Goal{first, op->getResult(first.result), {}}});
}

bool Matcher::solve(Goals goals) {
  if (++steps > options.maxSteps)
    return fail("expected an answer within " + Twine(options.maxSteps) + " steps");
  if (goals.empty())
    return solveNextOutput();
  Goal goal = goals.pop_back_val();
  const GraphPattern::Node &node = pattern.getNodes()[goal.wanted.node];
  switch (node.kind) {
  case GraphPattern::Kind::capture:
    return solveCapture(goal, std::move(goals));
  case GraphPattern::Kind::number:
    return isNumber(goal.value, node.number) ? solve(std::move(goals))
                                             : fail(llvm::formatv("the number {0}", node.number).str(), goal.value);
  case GraphPattern::Kind::op:
    return solveOp(goal, std::move(goals));
  }
  llvm_unreachable("all kinds are listed");
}

bool Matcher::solveCapture(const Goal &goal, Goals rest) {
  PatternMatch::Use &use = match.captures[goal.wanted.node];
  if (use.op)
    return use.get() == goal.value
               ? solve(std::move(rest))
               : fail("the same value wherever '" + Twine(pattern.getNodes()[goal.wanted.node].name) + "' is used", goal.value);
  use = goal.use;
  if (solve(std::move(rest)))
    return true;
  match.captures[goal.wanted.node] = {};
  return false;
}

bool Matcher::solveOp(const Goal &goal, Goals rest) {
  const GraphPattern::Node &node = pattern.getNodes()[goal.wanted.node];
  Operation *op = goal.value.getDefiningOp();
  if (!op || op->getName().getStringRef() != node.name)
    return fail("'" + Twine(node.name) + "'", goal.value);
  if (cast<OpResult>(goal.value).getResultNumber() != goal.wanted.result)
    return fail("result " + Twine(goal.wanted.result) + " of '" + node.name + "', got another");
  if (Operation *known = match.ops[goal.wanted.node])
    return known == op ? solve(std::move(rest)) : fail("expected the same '" + Twine(node.name) + "' in two places, got two");
  if (op->getNumOperands() != node.operands.size())
    return fail("expected " + Twine(node.operands.size()) + " operands of '" + node.name + "', got " + Twine(op->getNumOperands()));
  for (NamedAttribute attribute : node.attributes)
    if (Attribute got = op->getAttr(attribute.getName()); !isWanted(got, attribute))
      return wantsReason && fail("expected '" + Twine(attribute.getName().strref()) + "' of '" + node.name + "' to be " +
                                 print(attribute.getValue()) + ", got " + print(got));

  match.ops[goal.wanted.node] = op;
  ++depth;
  size_t orders = op->hasTrait<OpTrait::IsCommutative>() && node.operands.size() == 2 ? 2 : 1;
  for (size_t order = 0; order < orders; ++order) {
    Goals goals = rest;
    for (size_t i = node.operands.size(); i-- > 0;) {
      auto operand = static_cast<unsigned>(order == 0 ? i : 1 - i);
      goals.push_back({node.operands[i], op->getOperand(operand), {op, operand}});
    }
    if (solve(std::move(goals)))
      return true;
  }
  --depth;
  match.ops[goal.wanted.node] = nullptr;
  return false;
}

bool Matcher::solveNextOutput() {
  // An output that no goal has led to uses something that is known.
  for (GraphPattern::Value output : pattern.getOutputs()) {
    if (match.ops[output.node])
      continue;
    llvm::SmallSetVector<Operation *, 8> candidates;
    auto addUsers = [&](Value value) {
      for (Operation *user : value.getUsers())
        if (user->getBlock() == match.ops[pattern.getOutputs().front().node]->getBlock() && output.result < user->getNumResults())
          candidates.insert(user);
    };
    for (const PatternMatch::Use &use : match.captures)
      if (use.op)
        addUsers(use.get());
    for (Operation *op : match.ops)
      if (op)
        llvm::for_each(op->getResults(), addUsers);
    // Users come in the order of their making: the code's is the same from run to run.
    SmallVector<Operation *> ordered = candidates.takeVector();
    llvm::sort(ordered, [](Operation *a, Operation *b) { return a->isBeforeInBlock(b); });
    for (Operation *candidate : ordered)
      if (!llvm::is_contained(match.ops, candidate) && solve({Goal{output, candidate->getResult(output.result), {}}}))
        return true;
    return fail("expected '" + Twine(pattern.getNodes()[output.node].name) + "' on the match's values for another output, got none");
  }
  return finish();
}

bool Matcher::finish() {
  match.outputs.clear();
  for (GraphPattern::Value output : pattern.getOutputs())
    match.outputs.push_back(match.ops[output.node]->getResult(output.result));
  if (options.shared)
    return true;
  for (Operation *op : match.ops)
    for (Value result : op ? op->getResults() : ValueRange())
      if (!llvm::is_contained(match.outputs, result))
        for (Operation *user : result.getUsers())
          if (!llvm::is_contained(match.ops, user))
            return wantsReason && fail("expected the result of " + describe(result) + " to be used in the match only, got a use by '" +
                                       user->getName().getStringRef() + "'");
  return true;
}
