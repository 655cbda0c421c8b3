//===- Conditionals.cpp - conditions on tensors ---------------------------===//
#include "Interop/ImportSupport.h"
#include "Interop/TorchScript/Evaluator.h"
#include "graph-opt/Failure.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;

namespace {
/// The message of a block that only raises an error; nothing where it does more.
std::optional<std::string> raisedBy(Code code) {
  for (const Stmt *stmt : code)
    if (const Expr *value = stmt->value; value && value->kind == Expr::Kind::call)
      if (value->operands[0]->path() == "ops.prim.RaiseException")
        return value->operands.size() > 1 && value->operands[1]->kind == Expr::Kind::string ? value->operands[1]->text.str()
                                                                                            : "the model raises an error";
  return std::nullopt;
}
} // namespace

LogicalResult Evaluator::runEither(const Stmt &stmt, Value condition, Frame &frame) {
  Location loc = locate(stmt.line, frame);
  // A block that raises is an assert of the other's condition.
  for (bool raisesIfTrue : {true, false})
    if (auto message = raisedBy(raisesIfTrue ? stmt.body : stmt.orElse)) {
      Value holds = condition;
      if (raisesIfTrue)
        holds = arith::XOrIOp::create(builder, loc, condition, arith::ConstantOp::create(builder, loc, builder.getBoolAttr(true)));
      cf::AssertOp::create(builder, loc, holds, *message);
      return run(raisesIfTrue ? stmt.orElse : stmt.body, frame);
    }
  // The results are known only when both blocks have run.
  auto draft = scf::IfOp::create(builder, loc, TypeRange(), condition, /*withElseRegion=*/true);
  mlir::Block *blocks[] = {draft.thenBlock(), draft.elseBlock()};
  SmallVector<Effects, 2> effects;
  for (unsigned side : {0, 1}) {
    blocks[side]->clear();
    Code code = side == 0 ? stmt.body : stmt.orElse;
    FailureOr<Effects> ran = runApart([&](Frame &inner) { return run(code, inner); }, frame, blocks[side]);
    if (failed(ran))
      return failure();
    effects.push_back(std::move(*ran));
  }

  // Variables that both blocks leave set, and tensors that one of them changes in place, which keep their identity.
  SmallVector<std::pair<StringRef, Form>> forms;
  SmallVector<StringRef> names(effects[0].frame.variables.keys());
  llvm::sort(names);
  auto joinOf = [&](const Item &a, const Item &b) { return join(formOf(a, &effects[0], loc), formOf(b, &effects[1], loc)); };
  for (StringRef name : names)
    if (auto other = effects[1].frame.variables.find(name); other != effects[1].frame.variables.end())
      if (Form form = joinOf(effects[0].frame.variables[name], other->second); form.kind != Form::Kind::mixed)
        forms.push_back({name, std::move(form)}); // what has no common form is an error only for whoever reads it
  if (effects[0].frame.result.has_value() != effects[1].frame.result.has_value())
    return unsupported(loc, "return", "one of two blocks returns, under a condition that is known only as the model runs");
  if (effects[0].frame.result) {
    forms.push_back({"", joinOf(*effects[0].frame.result, *effects[1].frame.result)});
    if (forms.back().second.kind == Form::Kind::mixed)
      return unsupported(loc, "return",
                         "two blocks return values of different kinds, under a condition that is known only as the model runs");
  }
  SmallVector<Tensor *> changed;
  SmallVector<Value> outside;
  llvm::MapVector<Tensor *, Tensor> either = effects[0].changed;
  for (auto &other : effects[1].changed)
    either.insert(other);
  builder.setInsertionPoint(draft);
  for (auto &[tensor, after] : either) {
    touch(*tensor);
    bool hasValue = true;
    for (Effects &side : effects)
      if (auto it = side.changed.find(tensor); it != side.changed.end()) {
        hasValue &= !it->second.isStale && !it->second.isUnknown;
        tensor->isUnknown |= it->second.isUnknown;
      }
    tensor->isChanged |= after.isChanged;
    if (!hasValue) {
      tensor->isStale = !tensor->isUnknown && tensor->base;
      continue;
    }
    changed.push_back(tensor);
    outside.push_back(read(*tensor, loc));
    if (!outside.back())
      return failure();
  }

  SmallVector<Type> types;
  for (auto &[name, form] : forms)
    addTypes(form, types);
  size_t count = types.size();
  SmallVector<Value> yielded[2];
  for (unsigned side : {0, 1}) {
    builder.setInsertionPointToEnd(blocks[side]);
    for (auto &[name, form] : forms)
      if (failed(flatten(form, name.empty() ? *effects[side].frame.result : effects[side].frame.variables[name], &effects[side],
                         frame.variables, yielded[side], loc)))
        return failure();
    for (auto [tensor, value] : llvm::zip(changed, outside)) {
      auto it = effects[side].changed.find(tensor);
      yielded[side].push_back(it == effects[side].changed.end() ? value : it->second.value);
    }
  }
  for (size_t i = count; i < yielded[0].size(); ++i)
    types.push_back(joinTypes(yielded[0][i].getType(), yielded[1][i].getType()));
  if (llvm::is_contained(types, Type()))
    return unsupported(loc, "in-place operator",
                       "two blocks give a tensor different shapes, under a condition that is known only as the "
                       "model runs");
  builder.setInsertionPoint(draft);
  auto op = scf::IfOp::create(builder, loc, types, condition, /*withElseRegion=*/true);
  op.getThenRegion().takeBody(draft.getThenRegion());
  op.getElseRegion().takeBody(draft.getElseRegion());
  draft.erase();
  for (unsigned side : {0, 1}) {
    builder.setInsertionPointToEnd(side == 0 ? op.thenBlock() : op.elseBlock());
    scf::YieldOp::create(builder, loc, castAll(builder, loc, yielded[side], types));
  }
  builder.setInsertionPointAfter(op);
  for (auto [tensor, value] : llvm::zip(changed, op.getResults().drop_front(count))) {
    tensor->value = value;
    ++tensor->changes;
  }
  frame.variables.clear();
  ValueRange results = op.getResults();
  for (auto &[name, form] : forms) {
    Result item = rebuild(form, results, loc);
    if (failed(item))
      return failure();
    if (name.empty())
      frame.result = *item;
    else
      frame.variables[name] = *item;
  }
  return success();
}
