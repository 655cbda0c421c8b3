//===- Expressions.cpp ----------------------------------------------------===//
#include "Interop/TorchScript/Evaluator.h"
#include "graph-opt/Failure.h"
#include "llvm/ADT/ScopeExit.h"
#include "llvm/Support/FormatVariadic.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;
using Kind = Expr::Kind;

std::string Item::describe() const {
  if (const bool *truth = get<bool>())
    return *truth ? "True" : "False";
  if (const int64_t *integer = get<int64_t>())
    return std::to_string(*integer);
  if (const double *number = get<double>())
    return llvm::formatv("{0}", *number).str();
  if (const StringRef *text = get<StringRef>())
    return ("'" + text->take_front(80) + "'").str();
  if (get<Value>())
    return "a number that is known only as the model runs";
  if (const Sequence *list = sequence())
    return (list->kind == Sequence::Kind::list    ? "a list of "
            : list->kind == Sequence::Kind::tuple ? "a tuple of "
                                                  : "a dict of ") +
           std::to_string(list->elements.size() / (list->kind == Sequence::Kind::dict ? 2 : 1));
  if (const Object *object = this->object())
    return "an object of '" + object->className + "'";
  return tensor() ? "a tensor" : get<Unset>() ? "nothing" : "None";
}

FailureOr<Item> Evaluator::evaluate(const Expr &expr, Frame &frame) {
  uint64_t outer = depth;
  llvm::scope_exit leave([&] { depth = outer; });
  if (++depth > limits.nesting)
    return graphopt::emitError(locate(expr.line, frame), Failure::limit)
           << "running the model's code: " << limits.exceeded(&Limits::nesting);
  switch (expr.kind) {
  case Kind::none:
    return Item();
  case Kind::boolean:
    return Item{expr.boolean};
  case Kind::integer:
    return Item{expr.integer};
  case Kind::number:
    return Item{expr.number};
  case Kind::string:
    return Item{expr.text};
  case Kind::name: {
    auto found = frame.variables.find(expr.text);
    if (found != frame.variables.end())
      return found->second;
    return emitError(locate(expr.line, frame)) << "expected the name of a variable, got '" << expr.text << "'";
  }
  case Kind::attribute:
    return evaluateAttribute(expr, frame);
  case Kind::subscript:
    return evaluateSubscript(expr, frame);
  case Kind::slice:
    return evaluateSlice(expr, frame);
  case Kind::call:
    return evaluateCall(expr, frame);
  case Kind::list:
  case Kind::tuple:
  case Kind::dict: {
    if (failed(spend(expr.operands.size(), locate(expr.line, frame))))
      return failure();
    Sequence *made = memory.make(expr.kind == Kind::list    ? Sequence::Kind::list
                                 : expr.kind == Kind::tuple ? Sequence::Kind::tuple
                                                            : Sequence::Kind::dict);
    for (const Expr *operand : expr.operands) {
      Result element = evaluate(*operand, frame);
      if (failed(element))
        return failure();
      made->elements.push_back(*element);
    }
    return Item{made};
  }
  }
  llvm_unreachable("unknown expression");
}

FailureOr<Item> Evaluator::evaluateAttribute(const Expr &expr, Frame &frame) {
  Location loc = locate(expr.line, frame);
  const Expr &owner = *expr.operands[0];
  if (owner.kind == Kind::name && owner.text == "CONSTANTS") {
    uint64_t index;
    StringRef number = expr.text;
    if (!number.consume_front("c") || number.getAsInteger(10, index))
      return emitError(loc) << "expected a constant, got 'CONSTANTS." << expr.text << "'";
    return source.getConstant(index, loc);
  }
  if (std::string path = expr.path(); StringRef(path).starts_with("__torch__.")) {
    Object *function = memory.make(path, "");
    function->isFunction = true;
    return Item{function};
  }
  Result value = evaluate(owner, frame);
  if (failed(value))
    return failure();
  Object *object = value->object();
  if (!object)
    return emitError(loc) << "expected an object with an attribute '" << expr.text << "', got " << value->describe();
  if (auto found = object->attributes.find(expr.text); found != object->attributes.end())
    return found->second;
  llvm::Expected<const Class *> known = archive.findClass(object->className);
  if (!known)
    return emit(known.takeError());
  if (*known)
    if (const Expr *constant = (*known)->constants.lookup(expr.text))
      return evaluate(*constant, frame);
  return emitError(loc) << "expected an attribute '" << expr.text << "' of '" << object->className << "'";
}

FailureOr<Item> Evaluator::evaluateSubscript(const Expr &expr, Frame &frame) {
  Location loc = locate(expr.line, frame);
  Result owner = evaluate(*expr.operands[0], frame), key = failed(owner) ? Result(failure()) : evaluate(*expr.operands[1], frame);
  if (failed(key))
    return failure();
  if (Object *object = owner->object()) // a container of modules
    if (const StringRef *name = key->get<StringRef>(); name && object->attributes.contains(*name))
      return object->attributes[*name];
  Sequence *sequence = owner->sequence();
  if (!sequence)
    return emitError(loc) << "expected a list, tuple or dict, got " << owner->describe();
  if (sequence->kind == Sequence::Kind::dict) {
    for (size_t i = 0; i + 1 < sequence->elements.size(); i += 2)
      if (areEqual(sequence->elements[i], *key) == true)
        return sequence->elements[i + 1];
    return emitError(loc) << "expected a key of the dict, got " << key->describe();
  }
  auto index = toInteger(*key, "an index", loc);
  if (failed(index))
    return failure();
  auto size = static_cast<int64_t>(sequence->elements.size());
  if (*index < -size || *index >= size)
    return emitError(loc) << "expected an index of " << owner->describe() << ", got " << *index;
  return sequence->elements[*index + (*index < 0 ? size : 0)];
}

/// Part of a tuple.
FailureOr<Item> Evaluator::evaluateSlice(const Expr &expr, Frame &frame) {
  Location loc = locate(expr.line, frame);
  Result owner = evaluate(*expr.operands[0], frame);
  if (failed(owner))
    return failure();
  Sequence *sequence = owner->sequence();
  if (!sequence || sequence->kind == Sequence::Kind::dict)
    return emitError(loc) << "expected a list or tuple, got " << owner->describe();
  auto size = static_cast<int64_t>(sequence->elements.size());
  int64_t bounds[] = {0, size};
  for (unsigned i : {0, 1}) {
    if (!expr.operands[i + 1])
      continue;
    Result bound = evaluate(*expr.operands[i + 1], frame);
    auto number = failed(bound) ? FailureOr<int64_t>() : toInteger(*bound, "a bound", loc);
    if (failed(number))
      return failure();
    bounds[i] = std::clamp<int64_t>(*number < 0 ? *number + size : *number, 0, size);
  }
  if (failed(spend(size, loc)))
    return failure();
  auto count = std::max<int64_t>(bounds[1] - bounds[0], 0);
  return Item{memory.make(sequence->kind, ArrayRef<Item>(sequence->elements).slice(std::min(bounds[0], size - count), count))};
}
