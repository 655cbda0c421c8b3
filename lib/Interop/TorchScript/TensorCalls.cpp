//===- TensorCalls.cpp - ATen's operators by the import rules -------------===//
#include "Graph/Shared/FailedInference.h"
#include "Interop/Aten/ResultTypes.h"
#include "Interop/KnownElements.h"
#include "Interop/TorchScript/Evaluator.h"
#include "graph-opt/Failure.h"
#include "mlir/Dialect/Tensor/IR/Tensor.h"
#include "mlir/IR/BuiltinOps.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;

namespace {
/// Whether an item is what an argument of a type takes. `converts`: tensors of one element as numbers, whole numbers as floats.
bool fits(StringRef type, const Item &item, bool converts) {
  if (type.consume_back("?") && item.isNone())
    return true;
  if (type.consume_back("]")) {
    auto [element, count] = type.rsplit('[');
    const Sequence *list = item.sequence();
    if (!list)
      return !count.empty() && fits(element, item, converts);
    return list->kind != Sequence::Kind::dict &&
           llvm::all_of(list->elements, [&, element = element](const Item &part) { return fits(element, part, converts); });
  }
  const Value *value = item.get<Value>();
  bool isTensor = converts && item.tensor();
  switch (type.empty() ? 'x' : type.front()) {
  case 't':
    return item.tensor();
  case 's':
    return item.isNumber() || isTensor;
  case 'i':
    return item.get<int64_t>() || (value && value->getType().isIndex()) || isTensor;
  case 'f':
    return item.get<double>() || (value && value->getType().isF64()) || (converts && item.isNumber()) || isTensor;
  case 'b':
    return item.get<bool>() || (value && value->getType().isInteger(1)) || isTensor;
  case 'c':
  case 'v':
    return item.get<StringRef>();
  default:
    return item.isNone();
  }
}

/// The items of a schema's arguments, null where the default holds; nothing where they don't fit.
std::optional<SmallVector<const Item *>> bind(const AtenSchema &schema, const Arguments &given, bool converts) {
  SmallVector<const Item *> bound(schema.arguments.size());
  if (given.positional.size() > bound.size())
    return std::nullopt;
  for (auto [i, item] : llvm::enumerate(given.positional)) {
    if (schema.arguments[i].isKeyword)
      return std::nullopt;
    bound[i] = &item;
  }
  for (const auto &[name, item] : given.named) {
    const auto *argument = llvm::find_if(schema.arguments, [name = name](const AtenArgument &known) { return known.name == name; });
    if (argument == schema.arguments.end())
      return std::nullopt;
    bound[argument - schema.arguments.begin()] = &item;
  }
  for (auto [argument, item] : llvm::zip(schema.arguments, bound))
    if (item ? !fits(argument.type, *item, converts) : !argument.defaultValue)
      return std::nullopt;
  return bound;
}

std::string describe(const Arguments &given) {
  std::string text;
  for (const Item &item : given.positional)
    text += (text.empty() ? "" : ", ") + item.describe();
  for (const auto &[name, item] : given.named)
    text += (text.empty() ? "" : ", ") + name.str() + "=" + item.describe();
  return text;
}
} // namespace

FailureOr<ImportArg> Evaluator::toArgument(const AtenArgument &argument, const Item &item, Location loc) {
  // Where a tensor lies and how it is laid out are decisions of ours.
  if (llvm::is_contained({"layout", "memory_format", "device", "pin_memory", "generator"}, argument.name) || item.isNone())
    return ImportArg();
  if (argument.name == "dtype") {
    auto code = toInteger(item, "an element type", loc);
    if (failed(code))
      return failure();
    if (Type type = scriptElementType(*code, builder.getContext()))
      return ImportArg{type};
    return unsupported(loc, "dtype", "expected an element type that is supported, got number " + Twine(*code));
  }
  if (Tensor *tensor = item.tensor()) {
    Value value = read(*tensor, loc);
    return value ? FailureOr<ImportArg>(ImportArg{value}) : FailureOr<ImportArg>(failure());
  }
  if (const Sequence *list = item.sequence()) {
    std::vector<ImportArg> elements;
    for (const Item &element : list->elements) { // their types fit: no list in a list in a list
      FailureOr<ImportArg> part = toArgument(argument, element, loc);
      if (failed(part))
        return failure();
      elements.push_back(std::move(*part));
    }
    return ImportArg{std::move(elements)};
  }
  if (const bool *truth = item.get<bool>())
    return ImportArg{*truth};
  if (const int64_t *integer = item.get<int64_t>())
    return ImportArg{*integer};
  if (const double *number = item.get<double>())
    return ImportArg{*number};
  if (const StringRef *text = item.get<StringRef>())
    return ImportArg{text->str()};
  if (const Value *value = item.get<Value>())
    return ImportArg{*value};
  return emitError(loc) << "expected a tensor, a number or a list of these as argument '" << argument.name << "', got " << item.describe();
}

FailureOr<Item> Evaluator::callTensorOp(StringRef op, const Arguments &arguments, Location loc) {
  StringRef name = op;
  bool isInPlace = op.ends_with("_") && !op.ends_with("__") && name.consume_back("_");
  SmallVector<AtenSchema> overloads = atenOverloads(name);
  if (overloads.empty())
    return unsupported(loc, ("aten." + op).str(), "it is no operator that gives a tensor");
  const AtenSchema *schema = nullptr;
  std::optional<SmallVector<const Item *>> bound;
  for (bool converts : {false, true})
    for (const AtenSchema &overload : overloads)
      if (!schema && (bound = bind(overload, arguments, converts)))
        schema = &overload;
  if (!schema)
    return unsupported(loc, ("aten." + op).str(), "it has no overload for " + describe(arguments));
  ImportCall call(builder, loc, ("aten." + op + "." + schema->overload).str());
  call.random = &random;
  for (auto [argument, item] : llvm::zip(schema->arguments, *bound)) {
    FailureOr<ImportArg> value = item ? toArgument(argument, *item, loc) : parseDefault(*argument.defaultValue);
    if (failed(value))
      return failure();
    call.args.push_back({argument.name.str(), std::move(*value)});
  }
  const ImportRule *rule = rules.findAten(schema->name());
  if (!rule) {
    StringRef reason = rules.findRefusal(schema->name());
    return unsupported(loc, call.name, reason.empty() ? StringRef("there is no import rule for it") : reason);
  }
  Tensor *self = (*bound)[0] ? (*bound)[0]->tensor() : nullptr;
  FailureOr<SmallVector<Type>> types = inferElementTypes(call, *schema);
  if (failed(types))
    return failure();
  call.resultTypes.assign(types->begin(), types->end());
  if (isInPlace && self) // the result is written into what has a type
    call.resultTypes[0] = getElementTypeOrSelf(read(*self, loc).getType());

  mlir::Block *block = builder.getInsertionBlock();
  Operation *last = block->empty() ? nullptr : &block->back();
  uint64_t failedBefore = countFailedInferences();
  if (failed((*rule)(call)) || countFailedInferences() != failedBefore) // the sizes of the model contradict each other
    return failure();
  SmallVector<Value> results(call.getResults());
  foldKnownAfter(builder, last, results);
  (void)call.yield(results);
  for (const auto &[name, value] : call.getChanges())
    for (auto [argument, item] : llvm::zip(schema->arguments, *bound))
      if (argument.name == name && item && item->tensor() && failed(change(call, name, *item->tensor(), value)))
        return failure();
  if (!isInPlace)
    return bindResults(call, *schema, self);
  if (!self || results.size() != 1)
    return unsupported(loc, call.name, "expected one tensor to change in place");
  return failed(change(call, name, *self, results[0])) ? Result(failure()) : Result(Item{self});
}

FailureOr<Item> Evaluator::bindResults(ImportCall &call, const AtenSchema &schema, Tensor *self) {
  SmallVector<Item> items;
  SmallVector<Tensor *> tensors;
  for (Value value : call.getResults()) {
    if (!value) { // a result that the rule does not give
      items.push_back({});
      continue;
    }
    if (!isa<RankedTensorType>(value.getType())) {
      items.push_back(fromValue(value));
      continue;
    }
    tensors.push_back(memory.make(value));
    items.push_back(Item{tensors.back()});
  }
  noteViews(call, schema, self, tensors);
  if (schema.results.size() == 1 && schema.results[0].ends_with("[]"))
    return Item{memory.make(Sequence::Kind::list, items)};
  if (items.size() != schema.results.size())
    return unsupported(call.loc, call.name, "expected " + Twine(schema.results.size()) + " results, got " + Twine(items.size()));
  return items.size() == 1 ? items[0] : Item{memory.make(Sequence::Kind::tuple, items)};
}
