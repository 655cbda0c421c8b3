//===- Conditionals.cpp - conditions on tensors ---------------------------===//
#include "Interop/TorchScript/Evaluator.h"
#include "graph-opt/Failure.h"
#include "mlir/Dialect/Arith/IR/Arith.h"
#include "mlir/Dialect/ControlFlow/IR/ControlFlowOps.h"
#include "mlir/Dialect/SCF/IR/SCF.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

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

/// The sizes that two tensors have in common.
RankedTensorType joinTypes(Type a, Type b) {
  auto first = dyn_cast<RankedTensorType>(a), second = dyn_cast<RankedTensorType>(b);
  if (!first || !second || first.getElementType() != second.getElementType() || first.getRank() != second.getRank())
    return {};
  SmallVector<int64_t> sizes;
  for (auto [x, y] : llvm::zip(first.getShape(), second.getShape()))
    sizes.push_back(x == y ? x : ShapedType::kDynamic);
  return RankedTensorType::get(sizes, first.getElementType());
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
    FailureOr<Effects> ran = runApart(side == 0 ? stmt.body : stmt.orElse, frame, blocks[side]);
    if (failed(ran))
      return failure();
    effects.push_back(std::move(*ran));
  }

  SmallVector<Value> yielded[2];
  SmallVector<std::function<void(Value)>> receivers;
  /// An item for two values of the blocks; fails in silence where they have no common kind.
  std::function<FailureOr<Item>(const Item &, const Item &, unsigned)> join = [&](const Item &a, const Item &b, unsigned level) -> Result {
    bool areTensors = a.tensor() && b.tensor();
    bool areSame = a.value == b.value && (!areTensors || !effects[0].values.contains(a.tensor()) || a.tensor()->region <= memory.regions);
    if (areSame && !a.get<Value>())
      return a;
    const Sequence *first = a.sequence(), *second = b.sequence();
    if (first && second && first->kind == second->kind && first->elements.size() == second->elements.size() && level < 64) {
      Sequence *made = memory.make(first->kind);
      for (auto [x, y] : llvm::zip(first->elements, second->elements)) {
        Result part = join(x, y, level + 1);
        if (failed(part))
          return failure();
        made->elements.push_back(*part);
      }
      return Item{made};
    }
    Value values[2];
    for (unsigned side : {0, 1}) {
      OpBuilder::InsertionGuard guard(builder);
      builder.setInsertionPointToEnd(blocks[side]);
      values[side] = toTensor(side == 0 ? a : b, &effects[side], loc);
      if (!values[side])
        return failure();
    }
    if (areTensors != (a.tensor() || b.tensor()) || (!areTensors && level > 0) || !joinTypes(values[0].getType(), values[1].getType()))
      return failure();
    yielded[0].push_back(values[0]);
    yielded[1].push_back(values[1]);
    Tensor *joined = areTensors ? makeJoined({}, {a.tensor(), b.tensor()}) : memory.make(Value());
    receivers.push_back([joined](Value value) { joined->value = value; });
    return Item{joined};
  };

  // Tensors that a block changes in place keep their identity.
  llvm::MapVector<Tensor *, Tensor> changed = effects[0].changed;
  for (auto &other : effects[1].changed)
    changed.insert(other);
  for (auto &[tensor, after] : changed) {
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
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPoint(draft);
    Value outside = read(*tensor, loc);
    if (!outside)
      return failure();
    for (unsigned side : {0, 1}) {
      auto it = effects[side].changed.find(tensor);
      yielded[side].push_back(it == effects[side].changed.end() ? outside : it->second.value);
    }
    ++tensor->changes;
    receivers.push_back([tensor = tensor](Value value) { tensor->value = value; });
  }

  llvm::StringMap<Item> joined;
  SmallVector<StringRef> names(effects[0].frame.variables.keys());
  llvm::sort(names);
  for (StringRef name : names) {
    auto other = effects[1].frame.variables.find(name);
    if (other == effects[1].frame.variables.end())
      continue;
    Result item = join(effects[0].frame.variables[name], other->second, 0);
    if (succeeded(item))
      joined[name] = *item; // what has no common kind is an error only for whoever reads it
  }
  if (effects[0].frame.result.has_value() != effects[1].frame.result.has_value())
    return unsupported(loc, "return", "one of two blocks returns, under a condition that is known only as the model runs");
  if (effects[0].frame.result) {
    Result result = join(*effects[0].frame.result, *effects[1].frame.result, 0);
    if (failed(result))
      return unsupported(loc, "return",
                         "two blocks return values of different kinds, under a condition that is known only as the model runs");
    frame.result = *result;
  }

  SmallVector<Type> types;
  for (auto [a, b] : llvm::zip(yielded[0], yielded[1]))
    types.push_back(joinTypes(a.getType(), b.getType()));
  auto op = scf::IfOp::create(builder, loc, types, condition, /*withElseRegion=*/true);
  op.getThenRegion().takeBody(draft.getThenRegion());
  op.getElseRegion().takeBody(draft.getElseRegion());
  draft.erase();
  for (unsigned side : {0, 1}) {
    OpBuilder::InsertionGuard guard(builder);
    builder.setInsertionPointToEnd(side == 0 ? op.thenBlock() : op.elseBlock());
    SmallVector<Value> values;
    for (auto [value, type] : llvm::zip(yielded[side], types))
      values.push_back(value.getType() == type ? value : tensor::CastOp::create(builder, loc, type, value).getResult());
    scf::YieldOp::create(builder, loc, values);
  }
  for (auto [receive, value] : llvm::zip(receivers, op.getResults()))
    receive(value);
  // A number was yielded as a tensor of one.
  for (auto &variable : joined) {
    const Item &before = effects[0].frame.variables[variable.getKey()];
    if (before.isNumber() && variable.second.tensor()) {
      Result number = toNumber(variable.second, 's', loc);
      if (failed(number))
        return failure();
      variable.second = *number;
    }
  }
  frame.variables = std::move(joined);
  return success();
}
