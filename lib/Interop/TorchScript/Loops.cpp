//===- Loops.cpp - loops whose rounds are counted as the model runs -------===//
#include "Interop/ImportSupport.h"
#include "Interop/TorchScript/Evaluator.h"
#include "graph-opt/Failure.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "llvm/Support/SaveAndRestore.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;

namespace {
/// A loop op without its body: a while over a condition, or a for over a range.
struct Draft {
  Operation *op;
  mlir::Block *condition, *body; ///< the condition's is null in a for
  ValueRange conditionArguments, bodyArguments;
  Value index;
};

Draft makeLoop(OpBuilder &b, Location loc, Value rounds, ValueRange initial) {
  OpBuilder::InsertionGuard guard(b);
  if (rounds) {
    Value zero = arith::ConstantIndexOp::create(b, loc, 0), one = arith::ConstantIndexOp::create(b, loc, 1);
    auto op = scf::ForOp::create(b, loc, zero, rounds, one, initial);
    if (initial.empty())
      op.getBody()->clear(); // its terminator
    return {op, nullptr, op.getBody(), {}, op.getRegionIterArgs(), op.getInductionVar()};
  }
  SmallVector<Location> locs(initial.size(), loc);
  auto op = scf::WhileOp::create(b, loc, initial.getTypes(), initial);
  mlir::Block *before = b.createBlock(&op.getBefore(), {}, initial.getTypes(), locs);
  mlir::Block *after = b.createBlock(&op.getAfter(), {}, initial.getTypes(), locs);
  return {op, before, after, before->getArguments(), after->getArguments(), {}};
}
} // namespace

/// A variable that the body sets is carried on. Which these are, and what they have in common in all rounds, shows as the body is read; it
/// is read again until that stays the same. Forms only get wider, so that comes to an end.
LogicalResult Evaluator::runRepeatedly(const Stmt &stmt, Value rounds, Frame &frame) {
  Location loc = locate(stmt.line, frame);
  llvm::SaveAndRestore noDraws(random.key, Value()); // all rounds would draw the same numbers
  StringRef index = rounds ? stmt.targets[0]->text : StringRef();
  frame.variables.erase(index);
  const llvm::StringMap<Item> before = frame.variables;
  SmallVector<StringRef> names(before.keys());
  llvm::sort(names);
  llvm::StringMap<Form> forms;
  for (StringRef name : names)
    forms[name] = formOf(before.lookup(name), nullptr, loc);
  llvm::MapVector<Tensor *, Tensor> changed; // tensors from outside, as they are after a round
  auto hasValue = [](const Tensor &tensor) { return !tensor.isStale && !tensor.isUnknown; };

  for (;;) {
    if (failed(spend(1 + names.size(), loc)))
      return failure();
    SmallVector<Value> initial;
    for (StringRef name : names)
      if (failed(flatten(forms[name], before.lookup(name), nullptr, before, initial, loc)))
        return failure();
    for (auto &[tensor, after] : changed)
      if (hasValue(after)) {
        initial.push_back(read(*tensor, loc));
        if (!initial.back())
          return failure();
      }
    Draft draft = makeLoop(builder, loc, rounds, initial);
    // At the start of a round: variables, and tensors that have changed, are what the round before has left.
    auto begin = [&](Frame &inner, ValueRange values) -> LogicalResult {
      for (StringRef name : names) {
        if (forms[name].kind == Form::Kind::mixed) {
          inner.variables.erase(name);
          continue;
        }
        Result item = rebuild(forms[name], values, loc);
        if (failed(item))
          return failure();
        inner.variables[name] = *item;
      }
      for (auto &[tensor, after] : changed) {
        touch(*tensor);
        tensor->isStale = after.isStale;
        tensor->isUnknown = after.isUnknown;
        if (!hasValue(after))
          continue;
        tensor->value = values.front();
        values = values.drop_front();
        ++tensor->changes;
      }
      return success();
    };
    if (draft.condition) {
      Value condition;
      auto test = [&](Frame &inner) -> LogicalResult {
        if (failed(begin(inner, draft.conditionArguments)))
          return failure();
        Result value = evaluate(*stmt.value, inner), truth = failed(value) ? Result(failure()) : toNumber(*value, 'b', loc);
        if (failed(truth))
          return failure();
        condition = truth->get<bool>() ? arith::ConstantOp::create(builder, loc, builder.getBoolAttr(*truth->get<bool>())).getResult()
                                       : *truth->get<Value>();
        return success();
      };
      FailureOr<Effects> tested = runApart(test, frame, draft.condition);
      if (failed(tested))
        return failure();
      for (auto &[tensor, after] : tested->changed)
        if (!changed.contains(tensor))
          return unsupported(loc, "while", "its condition changes a tensor in place");
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToEnd(draft.condition);
      scf::ConditionOp::create(builder, loc, condition, draft.conditionArguments);
    }
    auto round = [&](Frame &inner) -> LogicalResult {
      if (failed(begin(inner, draft.bodyArguments)))
        return failure();
      if (rounds)
        inner.variables[index] = fromValue(draft.index);
      return run(stmt.body, inner);
    };
    FailureOr<Effects> effects = runApart(round, frame, draft.body);
    if (failed(effects))
      return failure();
    if (effects->frame.result)
      return unsupported(loc, "return", "in a loop whose rounds are counted only as the model runs");

    bool isStable = true;
    for (StringRef name : names) {
      auto after = effects->frame.variables.find(name);
      Form form = after == effects->frame.variables.end() ? Form() : join(forms[name], formOf(after->second, &*effects, loc));
      isStable &= form == forms[name];
      forms[name] = std::move(form);
    }
    for (auto &[tensor, after] : effects->changed) {
      auto known = changed.find(tensor);
      isStable &= known != changed.end() && known->second.isStale == after.isStale && known->second.isUnknown == after.isUnknown;
      if (hasValue(after) && joinTypes(after.value.getType(), tensor->value.getType()) != tensor->value.getType())
        return unsupported(loc, "in-place operator", "a round of a loop gives a tensor another shape");
      if (known == changed.end())
        changed.insert({tensor, after});
      else
        known->second = after;
    }
    if (!isStable) {
      draft.op->erase();
      continue;
    }

    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(draft.body);
    SmallVector<Value> yielded;
    for (StringRef name : names)
      if (auto after = effects->frame.variables.find(name); after != effects->frame.variables.end())
        if (failed(flatten(forms[name], after->second, &*effects, before, yielded, loc)))
          return failure();
    for (auto &[tensor, after] : changed)
      if (hasValue(after))
        yielded.push_back(effects->changed.find(tensor)->second.value);
    scf::YieldOp::create(builder, loc, castAll(builder, loc, yielded, ValueRange(initial).getTypes()));
    builder.setInsertionPointAfter(draft.op);
    ValueRange results = draft.op->getResults();
    frame.variables.clear();
    for (StringRef name : names) {
      if (forms[name].kind == Form::Kind::mixed)
        continue;
      Result item = rebuild(forms[name], results, loc);
      if (failed(item))
        return failure();
      frame.variables[name] = *item;
    }
    for (auto &[tensor, after] : changed) {
      touch(*tensor);
      tensor->isStale = after.isStale;
      tensor->isUnknown = after.isUnknown;
      tensor->isChanged |= after.isChanged;
      ++tensor->changes;
      if (!hasValue(after))
        continue;
      tensor->value = results.front();
      results = results.drop_front();
    }
    return success();
  }
}
