//===- Evaluator.cpp - functions and statements ---------------------------===//
#include "Interop/TorchScript/Evaluator.h"
#include "Interop/ImportSupport.h"
#include "graph-opt/Failure.h"
#include "llvm/ADT/ScopeExit.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;

//===--- Budgets and places -----------------------------------------------===//

LogicalResult Evaluator::spend(uint64_t amount, Location loc) {
  work += amount;
  if (work <= limits.ops)
    return success();
  return graphopt::emitError(loc, Failure::limit) << "running the model's code: " << limits.exceeded(&Limits::ops);
}

Location Evaluator::locate(unsigned line, const Frame &frame, StringRef name) {
  MLIRContext *context = builder.getContext();
  Location loc = FileLineColLoc::get(context, frame.function->file, line, 0);
  if (!frame.path.empty())
    loc = NameLoc::get(StringAttr::get(context, frame.path), loc);
  return name.empty() ? loc : NameLoc::get(StringAttr::get(context, name), loc);
}

LogicalResult Evaluator::unsupported(Location loc, StringRef what, const Twine &reason) {
  unsupportedName = what.str();
  return graphopt::emitError(loc, Failure::unsupportedOp) << "unsupported '" << what << "': " << reason;
}

LogicalResult Evaluator::emit(llvm::Error error) {
  emitFileError(builder.getContext(), archive.getLabel(), std::move(error));
  return failure();
}

//===--- Functions --------------------------------------------------------===//

const Function *Evaluator::findMethod(const Object &object, StringRef name, Location loc) {
  llvm::Expected<const Class *> known = archive.findClass(object.className);
  if (!known)
    return (void)emit(known.takeError()), nullptr;
  auto method = *known ? (*known)->methods.find(name) : llvm::StringMap<Function>::const_iterator();
  if (*known && method != (*known)->methods.end())
    return &method->second;
  emitError(loc) << "expected a method '" << name << "' of '" << object.className << "' in the archive's code";
  return nullptr;
}

FailureOr<Item> Evaluator::evaluateDefault(const Function &function, const Parameter &parameter) {
  Frame frame = {&function, {}, {}, {}};
  return evaluate(*parameter.defaultValue, frame);
}

FailureOr<Item> Evaluator::call(const Function &function, ArrayRef<Item> arguments, Location site) {
  uint64_t outer = depth;
  llvm::scope_exit leave([&] { depth = outer; });
  if (++depth > limits.nesting)
    return graphopt::emitError(site, Failure::limit) << "running the model's code: " << limits.exceeded(&Limits::nesting);
  Frame frame = {&function, {}, {}, {}};
  if (!arguments.empty())
    if (Object *self = arguments[0].object())
      frame.path = self->path;
  if (arguments.size() > function.parameters.size())
    return emitError(site) << "expected at most " << function.parameters.size() << " arguments of '" << function.name << "', got "
                           << arguments.size();
  for (auto [i, parameter] : llvm::enumerate(function.parameters)) {
    if (i < arguments.size()) {
      frame.variables[parameter.name] = arguments[i];
      continue;
    }
    if (!parameter.defaultValue)
      return emitError(site) << "expected the argument '" << parameter.name << "' of '" << function.name << "'";
    Result value = evaluate(*parameter.defaultValue, frame);
    if (failed(value))
      return failure();
    frame.variables[parameter.name] = *value;
  }
  if (failed(run(function.body, frame)))
    return failure();
  return frame.result.value_or(Item());
}

//===--- Statements -------------------------------------------------------===//

LogicalResult Evaluator::run(Code code, Frame &frame) {
  for (const Stmt *stmt : code) {
    if (failed(run(*stmt, frame)))
      return failure();
    if (frame.result)
      break;
  }
  return success();
}

LogicalResult Evaluator::run(const Stmt &stmt, Frame &frame) {
  if (failed(spend(1, locate(stmt.line, frame))))
    return failure();
  switch (stmt.kind) {
  case Stmt::Kind::conditional:
    return runConditional(stmt, frame);
  case Stmt::Kind::whileLoop:
  case Stmt::Kind::forLoop:
    return runLoop(stmt, frame);
  case Stmt::Kind::assign:
  case Stmt::Kind::evaluate:
  case Stmt::Kind::returns:
    break;
  }
  Result value = evaluate(*stmt.value, frame);
  if (failed(value))
    return failure();
  if (stmt.kind == Stmt::Kind::returns)
    frame.result = *value;
  return stmt.kind == Stmt::Kind::assign ? assign(stmt, *value, frame) : success();
}

LogicalResult Evaluator::assign(const Stmt &stmt, const Item &value, Frame &frame) {
  if (!stmt.unpacks)
    return assign(*stmt.targets[0], value, frame);
  const Sequence *parts = value.sequence();
  if (!parts || parts->kind == Sequence::Kind::dict || parts->elements.size() != stmt.targets.size())
    return emitError(locate(stmt.line, frame)) << "expected " << stmt.targets.size() << " values to unpack, got " << value.describe();
  for (auto [target, part] : llvm::zip(stmt.targets, parts->elements))
    if (failed(assign(*target, part, frame)))
      return failure();
  return success();
}

LogicalResult Evaluator::assign(const Expr &target, const Item &value, Frame &frame) {
  if (target.kind == Expr::Kind::name) {
    frame.variables[target.text] = value;
    return success();
  }
  Result owner = evaluate(*target.operands[0], frame);
  if (failed(owner))
    return failure();
  Location loc = locate(target.line, frame);
  Object *object = owner->object();
  if (!object)
    return emitError(loc) << "expected an object to give the attribute '" << target.text << "', got " << owner->describe();
  if (object->region != memory.regions)
    return unsupported(loc, target.text, "an attribute changes under a condition that is known only as the model runs");
  object->attributes[target.text] = value;
  return success();
}
