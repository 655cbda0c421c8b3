//===- Weights.cpp - the objects and tensors of a TorchScript model -------===//
#include "Interop/TorchScript/Weights.h"
#include "Interop/ImportSupport.h"
#include "graph-opt/Dialect/Graph/Ops/Constant.h"
#include "graph-opt/Failure.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;
using Kind = PickleValue::Kind;

FailureOr<Item> Weights::make(const PickleValue &value, StringRef path) {
  if (auto known = made.find(&value); known != made.end())
    return known->second;
  Location loc = NameLoc::get(StringAttr::get(function.getContext(), path));
  Item item;
  switch (value.kind) {
  case Kind::none:
    break;
  case Kind::boolean:
    item.value = value.boolean;
    break;
  case Kind::integer:
    item.value = value.integer;
    break;
  case Kind::number:
    item.value = value.number;
    break;
  case Kind::string:
    item.value = value.text;
    break;
  case Kind::tuple:
  case Kind::list:
  case Kind::dict: {
    Sequence *sequence = memory.make(value.is(Kind::tuple)  ? Sequence::Kind::tuple
                                     : value.is(Kind::list) ? Sequence::Kind::list
                                                            : Sequence::Kind::dict);
    for (auto [i, element] : llvm::enumerate(value.elements)) {
      FailureOr<Item> part = make(*element, (path + "." + Twine(i)).str());
      if (failed(part))
        return failure();
      sequence->elements.push_back(*part);
    }
    item.value = sequence;
    break;
  }
  case Kind::object: {
    Object *object = memory.make((value.module + "." + value.text).str(), path);
    item.value = object;
    if (value.elements.empty() || !value.elements[0]->is(Kind::dict))
      break; // of a class that torch has built in: whatever uses it is refused
    llvm::Expected<const Class *> known = archive.findClass(object->className);
    if (!known)
      return emitFileError(function.getContext(), archive.getLabel(), known.takeError()), failure();
    ArrayRef<const PickleValue *> state = value.elements[0]->elements;
    for (size_t i = 0; i + 1 < state.size(); i += 2) {
      if (!state[i]->is(Kind::string))
        return emitError(loc) << "expected the name of an attribute, got " << state[i]->describe();
      StringRef name = state[i]->text;
      FailureOr<Item> attribute = make(*state[i + 1], path.empty() ? name.str() : (path + "." + name).str());
      if (failed(attribute))
        return failure();
      object->attributes[name] = *attribute;
      if (Tensor *tensor = attribute->tensor(); tensor && *known)
        roles.try_emplace(tensor->name, llvm::is_contained((*known)->parameters, name) ? "parameter" : "buffer");
    }
    break;
  }
  case Kind::tensor: {
    Tensor *&tensor = byPlace[ScriptArchive::placeOf(value)];
    if (!tensor) {
      tensor = memory.make(Value());
      tensor->name = path.str();
      tensor->weight = &value;
    }
    item.value = tensor;
    break;
  }
  case Kind::global:
  case Kind::storage:
    return emitError(loc) << "expected a value, got " << value.describe();
  }
  made[&value] = item;
  return item;
}

Value Weights::loadFrom(const PickleValue &weight, StringRef folder, StringRef name, StringRef role, Tensor *tensor) {
  OpBuilder b(function.getContext());
  Location loc = NameLoc::get(b.getStringAttr(name));
  llvm::Expected<RankedTensorType> type = archive.getType(weight, name, b.getContext());
  if (!type)
    return emitFileError(b.getContext(), archive.getLabel(), type.takeError()), Value();
  llvm::Expected<Attribute> value = archive.getValue(weight, folder, name, *type, weightsName);
  if (!value)
    return emitFileError(b.getContext(), archive.getLabel(), value.takeError()), Value();
  b.setInsertionPointToStart(&function.getBody().front()); // code in a region may be the first to read it
  if (auto elements = dyn_cast<DenseElementsAttr>(*value); elements && !tensor)
    return graph::ConstantOp::create(b, loc, *type, elements);
  OpBuilder atModule(function);
  auto parameter = graph::ParameterOp::create(atModule, loc, name, *type, *value, role);
  symbols.insert(parameter); // renames it if the function is called so
  if (tensor)
    used.push_back({tensor, parameter});
  return graph::GetOp::create(b, loc, *type, parameter.getSymName());
}

Value Weights::load(Tensor &tensor) {
  auto role = roles.find(tensor.name);
  return loadFrom(*tensor.weight, "data", tensor.name, role == roles.end() ? StringRef("constant") : StringRef(role->second), &tensor);
}

FailureOr<Item> Weights::getConstant(uint64_t index, Location loc) {
  if (auto known = constants.find(index); known != constants.end())
    return known->second;
  const PickleValue *value = archive.getConstant(index);
  if (!value)
    return emitError(loc) << "expected a constant number " << index << " in the archive";
  std::string name = "CONSTANTS.c" + std::to_string(index);
  FailureOr<Item> item = failure();
  if (value->is(Kind::tensor)) {
    Value constant = loadFrom(*value, "constants", name, "constant", nullptr);
    if (!constant)
      return failure();
    item = Item{memory.make(constant)};
  } else {
    item = make(*value, name);
  }
  if (succeeded(item))
    constants[index] = *item;
  return item;
}
