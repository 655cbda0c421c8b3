//===- Regions.cpp - code that may run or not -----------------------------===//
#include "Interop/TorchScript/Evaluator.h"
#include "graph-opt/Failure.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;

LogicalResult Evaluator::resolve(const Item &item, Effects &effects, Location loc, unsigned depth) {
  if (Tensor *tensor = item.tensor()) {
    Value value = tensor->isUnknown ? Value() : read(*tensor, loc); // what is unknown may never be read again
    if (!value && !tensor->isUnknown)
      return failure();
    effects.values[tensor] = value;
  }
  if (const Sequence *sequence = item.sequence(); sequence && depth < 64)
    for (const Item &element : sequence->elements)
      if (failed(spend(1, loc)) || failed(resolve(element, effects, loc, depth + 1)))
        return failure();
  return success();
}

bool Evaluator::isMadeHere(const Item &item) const {
  return (item.tensor() && item.tensor()->region == memory.regions) || (item.sequence() && item.sequence()->region == memory.regions);
}

FailureOr<Evaluator::Effects> Evaluator::runApart(Work work, Frame frame, mlir::Block *block) {
  OpBuilder::InsertionGuard guard(builder);
  builder.setInsertionPointToEnd(block);
  Location loc = locate(frame.function->line, frame);
  llvm::MapVector<Tensor *, Tensor> before, *outer = undo;
  undo = &before;
  ++memory.regions;
  llvm::StringMap<Item> variables = frame.variables;
  Effects effects;
  effects.frame = std::move(frame);
  LogicalResult result = work(effects.frame);
  for (const auto &variable : effects.frame.variables) {
    auto known = variables.find(variable.getKey());
    bool isNew = known == variables.end() || known->second.value != variable.second.value;
    if (succeeded(result) && (isNew || isMadeHere(variable.second)))
      result = resolve(variable.second, effects, loc);
  }
  if (succeeded(result) && effects.frame.result)
    result = resolve(*effects.frame.result, effects, loc);
  for (auto &[tensor, old] : before)
    if (succeeded(result) && tensor->changes != old.changes && !tensor->isUnknown && !read(*tensor, loc))
      result = failure();
  for (auto &[tensor, old] : before) {
    bool hasNews = tensor->changes != old.changes || (tensor->isStale && !old.isStale) || (tensor->isUnknown && !old.isUnknown);
    if (hasNews && tensor->region < memory.regions)
      effects.changed.insert({tensor, *tensor});
    old.views = tensor->views;
    *tensor = old;
  }
  --memory.regions;
  undo = outer;
  if (failed(result))
    return failure();
  return effects;
}

Tensor *Evaluator::makeJoined(Value value, ArrayRef<Tensor *> sources, bool isContiguous) {
  Tensor *joined = memory.make(value);
  joined->isContiguous = isContiguous;
  for (Tensor *source : sources) {
    if (joined->base) { // perhaps the one, perhaps the other: a change of any makes all unknown
      source->views.push_back(joined);
      joined->views.push_back(source);
    } else {
      joined->base = source;
      source->views.push_back(joined);
    }
    joined->isUncertain = true;
  }
  return joined;
}

Value Evaluator::toTensor(const Item &item, const Effects *effects, Location loc) {
  if (Tensor *tensor = item.tensor()) {
    if (effects)
      if (auto found = effects->values.find(tensor); found != effects->values.end())
        return found->second;
    return read(*tensor, loc);
  }
  if (!item.isNumber())
    return {};
  ImportCall call(builder, loc, "number");
  FailureOr<ImportArg> argument = toArgument({"value", "s", false, {}}, item, loc);
  if (failed(argument))
    return {};
  call.args.push_back({"value", *argument});
  const Value *value = item.get<Value>();
  Type type = item.get<double>() || (value && value->getType().isF64())      ? Type(builder.getF64Type())
              : item.get<bool>() || (value && value->getType().isInteger(1)) ? Type(builder.getI1Type())
                                                                             : builder.getI64Type();
  FailureOr<Value> tensor = call.tensorOrNumber("value", type);
  return failed(tensor) ? Value() : *tensor;
}
