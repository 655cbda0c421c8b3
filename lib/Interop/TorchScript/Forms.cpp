//===- Forms.cpp - what a variable may be after control flow --------------===//
#include "Interop/TorchScript/Forms.h"
#include "Interop/ImportSupport.h"
#include "Interop/TorchScript/Evaluator.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "mlir/IR/Region.h"
#include "mlir/IR/TypeUtilities.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;
using Kind = Form::Kind;

constexpr unsigned maxDepth = 64;

bool Form::operator==(const Form &other) const {
  return kind == other.kind && (kind != Kind::fixed || item.value == other.item.value) && type == other.type &&
         sequence == other.sequence && parts == other.parts && sources == other.sources && isContiguous == other.isContiguous;
}

RankedTensorType graphopt::script::joinTypes(Type a, Type b) {
  auto first = dyn_cast_or_null<RankedTensorType>(a), second = dyn_cast_or_null<RankedTensorType>(b);
  if (!first || !second || first.getElementType() != second.getElementType() || first.getRank() != second.getRank())
    return {};
  SmallVector<int64_t> sizes;
  for (auto [x, y] : llvm::zip(first.getShape(), second.getShape()))
    sizes.push_back(x == y ? x : ShapedType::kDynamic);
  return RankedTensorType::get(sizes, first.getElementType());
}

/// The form of something that nothing else is joined with.
static Form alone(Form form) {
  if (form.kind == Kind::fixed && form.isLocal)
    form.kind = !form.type ? Kind::mixed : form.isTensor ? Kind::tensor : Kind::number;
  if (form.kind == Kind::sequence)
    for (Form &part : form.parts) {
      part = alone(std::move(part));
      if (part.kind == Kind::mixed)
        return Form();
    }
  return form;
}

static bool isSequence(const Form &form) {
  const Sequence *sequence = form.kind == Kind::fixed ? form.item.sequence() : nullptr;
  return form.kind == Kind::sequence || (sequence && sequence->elements.size() == form.parts.size());
}

Form graphopt::script::join(const Form &a, const Form &b) {
  if (a.kind == Kind::unset || b.kind == Kind::unset)
    return alone(a.kind == Kind::unset ? b : a);
  if (a.kind == Kind::fixed && b.kind == Kind::fixed && a.item.value == b.item.value && !a.isLocal && !b.isLocal)
    return a;
  Form joined;
  if (a.kind == Kind::mixed || b.kind == Kind::mixed)
    return joined;
  if (isSequence(a) && isSequence(b)) {
    if (a.sequence != b.sequence || a.parts.size() != b.parts.size())
      return joined;
    joined.sequence = a.sequence;
    for (auto [x, y] : llvm::zip(a.parts, b.parts)) {
      joined.parts.push_back(join(x, y));
      if (joined.parts.back().kind == Kind::mixed)
        return Form();
    }
    joined.kind = Kind::sequence;
    return joined;
  }
  joined.type = joinTypes(a.type, b.type);
  if (!joined.type || a.isTensor != b.isTensor)
    return Form();
  joined.isTensor = a.isTensor;
  joined.kind = a.isTensor ? Kind::tensor : Kind::number;
  joined.isContiguous = a.isContiguous && b.isContiguous;
  joined.sources = a.sources;
  for (Tensor *source : b.sources)
    if (!llvm::is_contained(joined.sources, source))
      joined.sources.push_back(source);
  return joined;
}

void graphopt::script::addTypes(const Form &form, SmallVectorImpl<Type> &types) {
  if (form.kind == Kind::tensor || form.kind == Kind::number)
    types.push_back(form.type);
  if (form.kind == Kind::sequence)
    for (const Form &part : form.parts)
      addTypes(part, types);
}

Form Evaluator::formOf(const Item &item, const Effects *effects, Location loc, unsigned depth) {
  Form form;
  form.item = item;
  form.kind = item.get<Unset>() ? Kind::unset : Kind::fixed;
  if (Tensor *tensor = item.tensor()) {
    auto known = effects ? effects->values.find(tensor) : llvm::DenseMap<Tensor *, Value>::const_iterator();
    bool isResolved = effects && known != effects->values.end();
    if (!isResolved && tensor->isUnknown)
      return form; // the same on all ways, or nothing that can be read
    Value value = isResolved ? known->second : read(*tensor, loc);
    form.isTensor = true;
    form.type = value ? dyn_cast<RankedTensorType>(value.getType()) : RankedTensorType();
    form.isLocal = tensor->region > memory.regions;
    form.isContiguous = tensor->isContiguous;
    while (tensor && tensor->region > memory.regions)
      tensor = tensor->base;
    if (tensor)
      form.sources.push_back(tensor);
  } else if (item.isNumber()) {
    const Value *value = item.get<Value>();
    Type type = item.get<double>() || (value && value->getType().isF64())      ? Type(builder.getF64Type())
                : item.get<bool>() || (value && value->getType().isInteger(1)) ? Type(builder.getI1Type())
                                                                               : builder.getI64Type();
    form.type = RankedTensorType::get({}, type);
    form.isLocal = value && !Value(*value).getParentRegion()->isAncestor(builder.getInsertionBlock()->getParent());
  } else if (const Sequence *sequence = item.sequence()) {
    // One from outside may be the same on all ways.
    if (sequence->region > memory.regions)
      form.kind = Kind::sequence;
    form.sequence = sequence->kind;
    for (const Item &element : sequence->elements) {
      if (depth == maxDepth || failed(spend(1, loc)))
        return Form();
      form.parts.push_back(formOf(element, effects, loc, depth + 1));
    }
  } else if (const Object *object = item.object()) {
    form.isLocal = object->region > memory.regions;
  }
  return form;
}

LogicalResult Evaluator::flatten(const Form &form, const Item &item, const Effects *effects, const llvm::StringMap<Item> &outside,
                                 SmallVectorImpl<Value> &values, Location loc) {
  if (form.kind == Kind::sequence) {
    const Sequence *sequence = item.sequence();
    for (auto [i, part] : llvm::enumerate(form.parts))
      if (failed(flatten(part, sequence ? sequence->elements[i] : Item{Unset()}, effects, outside, values, loc)))
        return failure();
    return success();
  }
  if (form.kind != Kind::tensor && form.kind != Kind::number)
    return success();
  Value value;
  StringRef name;
  if (item.get<Unset>()) {
    // Anything of the type: a variable from outside, whose sizes may well be those that others have.
    for (const auto &variable : outside)
      if (const Tensor *tensor = variable.second.tensor(); tensor && tensor->value && tensor->value.getType() == form.type)
        if (!value || variable.getKey() < name) {
          value = tensor->value;
          name = variable.getKey();
        }
    if (!value) {
      SmallVector<int64_t> sizes(form.type.getShape());
      llvm::replace(sizes, ShapedType::kDynamic, int64_t(0));
      auto type = RankedTensorType::get(sizes, form.type.getElementType());
      value = graph::ConstantOp::create(builder, loc, type, DenseElementsAttr::get(type, builder.getZeroAttr(type.getElementType())));
    }
  } else {
    value = toTensor(item, effects, loc);
  }
  if (!value)
    return failure();
  values.push_back(castAll(builder, loc, value, form.type)[0]);
  return success();
}

FailureOr<Item> Evaluator::rebuild(const Form &form, ValueRange &values, Location loc) {
  if (form.kind == Kind::sequence) {
    Sequence *made = memory.make(form.sequence);
    for (const Form &part : form.parts) {
      Result item = rebuild(part, values, loc);
      if (failed(item))
        return failure();
      made->elements.push_back(*item);
    }
    return Item{made};
  }
  if (form.kind != Kind::tensor && form.kind != Kind::number)
    return form.kind == Kind::fixed ? form.item : Item{Unset()};
  Value value = values.front();
  values = values.drop_front();
  Tensor *tensor = makeJoined(value, form.sources, form.isContiguous);
  return form.kind == Kind::tensor ? Result(Item{tensor}) : toNumber(Item{tensor}, 's', loc);
}
