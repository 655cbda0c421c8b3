//===- Storage.cpp - tensors that share storage ---------------------------===//
//
// Values don't change: an in-place operator is imported as the functional one, and every tensor of the storage gets what it holds then. A
// view that has changed is written back into what it is a view of, up to the tensor that owns the storage; others are computed anew when
// something reads them.
//
//===----------------------------------------------------------------------===//
#include "Interop/TorchScript/Evaluator.h"
#include "graph-opt/Failure.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;

namespace {
/// Views of a row-major tensor that are row-major too.
bool keepsOrder(StringRef op) {
  return llvm::is_contained({"view",    "reshape",         "flatten",       "unflatten",  "squeeze",      "unsqueeze", "detach",
                             "alias",   "contiguous",      "view_as",       "reshape_as", "ravel",        "to",        "type_as",
                             "dropout", "feature_dropout", "alpha_dropout", "positive",   "_unsafe_view", "lift_fresh"},
                            op);
}
} // namespace

void Evaluator::touch(Tensor &tensor) {
  if (undo)
    undo->insert({&tensor, tensor});
}

Value Evaluator::read(Tensor &tensor, Location loc) {
  if (!tensor.value)
    tensor.value = source.load(tensor);
  if (tensor.isStale && failed(refresh(tensor, loc)))
    return {};
  if (!tensor.isUnknown)
    return tensor.value;
  (void)unsupported(loc, "in-place operator",
                    "a tensor is read that may share its storage with one that has changed, which depends on strides");
  return {};
}

LogicalResult Evaluator::refresh(Tensor &tensor, Location loc) {
  // Those that are stale, the last first.
  SmallVector<Tensor *> chain;
  for (Tensor *next = &tensor; next->isStale; next = next->base)
    chain.push_back(next);
  for (Tensor *view : llvm::reverse(chain)) {
    ImportCall call(builder, loc, "aten." + view->step.overload);
    call.args = view->step.args;
    call.args[0].second = ImportArg{view->base->value};
    call.resultTypes = view->step.results;
    const ImportRule *rule = rules.findAten(view->step.overload);
    if (failed(spend(1, loc)) || !rule || failed((*rule)(call)))
      return failure();
    touch(*view);
    view->value = call.getResults()[view->step.index];
    view->isStale = false;
  }
  return success();
}

void Evaluator::noteViews(const ImportCall &call, const AtenSchema &schema, Tensor *self, ArrayRef<Tensor *> results) {
  Sharing sharing = sharingOf(schema.op);
  Type before = self ? getElementTypeOrSelf(self->value.getType()) : Type();
  if (sharing == Sharing::ifSameType) {
    auto copy = call.boolean("copy", false);
    bool isSame = succeeded(copy) && !*copy && results.size() == 1 && getElementTypeOrSelf(results[0]->value.getType()) == before;
    sharing = isSame ? Sharing::always : Sharing::never;
  }
  if (sharing == Sharing::ifEvaluating) {
    auto train = call.boolean("train", false);
    sharing = succeeded(train) && !*train ? Sharing::always : Sharing::never;
  }
  if (!self || sharing == Sharing::never) {
    // New storage has the order of what it is computed from.
    bool isContiguous = !self || self->isContiguous;
    for (Tensor *result : results)
      result->isContiguous = isContiguous;
    return;
  }
  for (auto [i, result] : llvm::enumerate(results)) {
    result->base = self;
    result->step = {schema.name(), call.args, i, {}};
    for (Tensor *part : results)
      result->step.results.push_back(part->value.getType());
    result->isUncertain = sharing == Sharing::ifContiguous && !self->isContiguous;
    result->isContiguous = (self->isContiguous && keepsOrder(schema.op)) || schema.op == "contiguous";
    self->views.push_back(result);
  }
}

LogicalResult Evaluator::change(ImportCall &call, StringRef op, Tensor &tensor, Value value) {
  if (value == tensor.value)
    return success();
  auto before = cast<RankedTensorType>(tensor.value.getType()), after = dyn_cast<RankedTensorType>(value.getType());
  if (!after)
    return unsupported(call.loc, call.name, "expected a tensor to change in place");
  if (before.getElementType() != after.getElementType()) {
    value = call.cast(value, before.getElementType());
    after = cast<RankedTensorType>(value.getType());
  }
  if (before.getRank() != after.getRank() || inverseOf(op) != Inverse::sameOrder || failed(verifyCompatibleShape(before, after))) {
    if (tensor.base || !tensor.views.empty())
      return unsupported(call.loc, call.name, "it changes the shape of a tensor that shares its storage with others");
    touch(tensor);
    tensor.value = value;
    ++tensor.changes;
    return success();
  }
  auto set = [&](Tensor &changed, Value now) {
    touch(changed);
    changed.value = now;
    changed.isChanged = true;
    changed.isStale = false;
    ++changed.changes;
  };
  set(tensor, value);
  // Each step away from the tensor is a view for certain, or perhaps: across the latter nothing is known any more.
  llvm::SmallPtrSet<Tensor *, 8> seen = {&tensor};
  SmallVector<std::pair<Tensor *, bool>> rest;
  bool isCertain = true;
  for (Tensor *view = &tensor; view->base; view = view->base) {
    Tensor &base = *view->base;
    isCertain &= !view->isUncertain;
    if (!isCertain) {
      rest.push_back({&base, false});
      break;
    }
    FailureOr<Value> written = writeBack(call, rules, view->step, base.name.empty() ? "a tensor" : base.name, base.value, view->value);
    if (failed(written))
      return failure();
    set(base, *written);
    seen.insert(&base);
  }
  for (Tensor *done : seen)
    for (Tensor *view : done->views)
      if (!seen.contains(view))
        rest.push_back({view, !view->isUncertain});
  while (!rest.empty()) {
    auto [next, isKnown] = rest.pop_back_val();
    if (!seen.insert(next).second)
      continue;
    touch(*next);
    next->isStale |= isKnown;
    next->isUnknown |= !isKnown;
    for (Tensor *view : next->views)
      rest.push_back({view, isKnown && !view->isUncertain});
    if (!isKnown && next->base)
      rest.push_back({next->base, false});
    if (failed(spend(1, call.loc)))
      return failure();
  }
  return success();
}
