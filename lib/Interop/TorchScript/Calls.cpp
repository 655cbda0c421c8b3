//===- Calls.cpp - who is called, and with what ---------------------------===//
#include "Interop/TorchScript/Evaluator.h"
#include "graph-opt/Failure.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;
using Kind = Expr::Kind;

FailureOr<Arguments> Evaluator::evaluateArguments(const Expr &call, Frame &frame, size_t from) {
  Arguments arguments;
  for (size_t i = from; i < call.operands.size(); ++i) {
    Result value = evaluate(*call.operands[i], frame);
    if (failed(value))
      return failure();
    if (StringRef keyword = call.keywords[i - 1]; !keyword.empty())
      arguments.named.push_back({keyword, *value});
    else
      arguments.positional.push_back(*value);
  }
  return arguments;
}

FailureOr<Item> Evaluator::evaluateCall(const Expr &expr, Frame &frame) {
  Location loc = locate(expr.line, frame);
  if (failed(spend(1, loc)))
    return failure();
  const Expr &callee = *expr.operands[0];
  if (callee.kind == Kind::name)
    return callNamed(callee.text, expr, frame);
  if (callee.kind != Kind::attribute)
    return emitError(loc) << "expected a function or method to call";
  std::string path = callee.path();
  StringRef name = path;
  bool isOwn = name.starts_with("__torch__.");
  if (isOwn && name.ends_with(".__new__"))
    return Item{memory.make(name.drop_back(strlen(".__new__")), "")};
  if (isOwn || name.consume_front("torch.") || name.consume_front("ops.")) {
    FailureOr<Arguments> arguments = evaluateArguments(expr, frame);
    if (failed(arguments))
      return failure();
    if (isOwn)
      return callOwn(path, *arguments, loc);
    if (std::optional<Result> result = callBuiltin(name, *arguments, loc))
      return *result;
    if (StringRef(path).starts_with("ops."))
      return unsupported(loc, name, "there is no import rule for it");
    return callTensorOp(name, *arguments, loc);
  }
  Result self = evaluate(*callee.operands[0], frame);
  FailureOr<Arguments> arguments = failed(self) ? FailureOr<Arguments>(failure()) : evaluateArguments(expr, frame);
  if (failed(arguments))
    return failure();
  return callMethod(*self, callee.text, std::move(*arguments), loc);
}

/// A function of the model, or a tuple with names for its parts.
FailureOr<Item> Evaluator::callOwn(StringRef path, const Arguments &arguments, Location loc) {
  llvm::Expected<const Function *> function = archive.findFunction(path);
  if (!function)
    return emit(function.takeError());
  if (*function)
    return call(**function, arguments.positional, loc);
  llvm::Expected<const Class *> known = archive.findClass(path);
  if (!known)
    return emit(known.takeError());
  if (*known && (*known)->base == "NamedTuple")
    return Item{memory.make(Sequence::Kind::tuple, arguments.positional)};
  return emitError(loc) << "expected a function '" << path << "' in the archive's code";
}

FailureOr<Item> Evaluator::callMethod(const Item &self, StringRef name, Arguments arguments, Location loc) {
  if (Object *object = self.object()) {
    const Function *method = findMethod(*object, name, loc);
    if (!method)
      return failure();
    arguments.positional.insert(arguments.positional.begin(), self);
    return call(*method, arguments.positional, loc);
  }
  if (Tensor *tensor = self.tensor(); tensor && name == "tolist") {
    Value value = read(*tensor, loc);
    auto type = value ? cast<RankedTensorType>(value.getType()) : RankedTensorType();
    if (!value)
      return failure();
    if (type.getRank() > 1 || !type.hasStaticShape() || type.getNumElements() > static_cast<int64_t>(limits.name))
      return unsupported(loc, "tolist", "expected a short vector");
    Sequence *list = memory.make(Sequence::Kind::list);
    for (int64_t i = 0; i < type.getNumElements(); ++i) {
      Item element = self;
      if (type.getRank() == 1) {
        Result part = callTensorOp("select", {{self, Item{int64_t(0)}, Item{i}}, {}}, loc);
        if (failed(part))
          return failure();
        element = *part;
      }
      Result number = toNumber(element, 's', loc);
      if (failed(number))
        return failure();
      list->elements.push_back(*number);
    }
    return type.getRank() == 0 ? list->elements[0] : Item{list};
  }
  return emitError(loc) << "expected an object with a method '" << name << "', got " << self.describe();
}

/// Functions of the language itself.
FailureOr<Item> Evaluator::callNamed(StringRef name, const Expr &expr, Frame &frame) {
  Location loc = locate(expr.line, frame);
  size_t count = expr.operands.size() - 1;
  if (name == "uninitialized")
    return Item{Unset()};
  if (name == "annotate" || name == "unchecked_cast") {
    if (count != 2)
      return emitError(loc) << "expected a type and a value in '" << name << "'";
    Result value = evaluate(*expr.operands[2], frame);
    StringRef type = expr.operands[1]->text;
    bool isNumber = expr.operands[1]->kind == Kind::name && (type == "int" || type == "float" || type == "number" || type == "bool");
    if (failed(value) || !isNumber || !value->tensor())
      return value;
    return toNumber(*value, type == "number" ? 's' : type.front(), loc);
  }
  if (name == "isinstance" && count == 2) {
    Result value = evaluate(*expr.operands[1], frame);
    auto holds = failed(value) ? FailureOr<bool>() : isInstance(*value, *expr.operands[2], loc);
    return failed(holds) ? Result(failure()) : Result(Item{*holds});
  }
  FailureOr<Arguments> arguments = evaluateArguments(expr, frame);
  if (failed(arguments))
    return failure();
  if (auto variable = frame.variables.find(name); variable != frame.variables.end())
    if (Object *function = variable->second.object(); function && function->isFunction)
      return callOwn(function->className, *arguments, loc);
  if (name == "print")
    return Item();
  ArrayRef<Item> given = arguments->positional;
  if ((name == "int" || name == "float" || name == "bool") && given.size() == 1)
    return toNumber(given[0], name.front(), loc);
  if (name == "str" && given.size() == 1)
    return given[0].get<StringRef>() ? given[0] : Item{memory.keep(given[0].describe())};
  if (name == "getattr" && given.size() == 2)
    if (Object *object = given[0].object())
      if (const StringRef *attribute = given[1].get<StringRef>(); attribute && object->attributes.contains(*attribute))
        return object->attributes[*attribute];
  if (std::optional<Result> result = callBuiltin(name, *arguments, loc))
    return *result;
  return unsupported(loc, name, "expected a function that is supported here");
}

FailureOr<bool> Evaluator::isInstance(const Item &item, const Expr &type, Location loc) {
  if (type.kind == Kind::tuple) {
    for (const Expr *choice : type.operands) {
      FailureOr<bool> holds = isInstance(item, *choice, loc);
      if (failed(holds) || *holds)
        return holds;
    }
    return false;
  }
  StringRef name = type.kind == Kind::subscript ? type.operands[0]->text : type.text;
  const Sequence *sequence = item.sequence();
  if (name == "Optional")
    return item.isNone() ? FailureOr<bool>(true) : isInstance(item, *type.operands[1], loc);
  if (name == "List" || name == "list")
    return sequence && sequence->kind == Sequence::Kind::list;
  if (name == "Tuple" || name == "tuple")
    return sequence && sequence->kind == Sequence::Kind::tuple;
  if (name == "Dict" || name == "dict")
    return sequence && sequence->kind == Sequence::Kind::dict;
  if (name == "Tensor")
    return item.tensor() != nullptr;
  if (name == "NoneType" || type.kind == Kind::none)
    return item.isNone();
  if (name == "str")
    return item.get<StringRef>() != nullptr;
  const Value *value = item.get<Value>();
  if (name == "int")
    return item.get<int64_t>() || (value && value->getType().isIndex());
  if (name == "float")
    return item.get<double>() || (value && value->getType().isF64());
  if (name == "bool")
    return item.get<bool>() || (value && value->getType().isInteger(1));
  if (std::string path = type.path(); StringRef(path).starts_with("__torch__."))
    return item.object() && item.object()->className == path;
  return unsupported(loc, "isinstance", "expected a type that is known here, got '" + name + "'");
}
