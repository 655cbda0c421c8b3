//===- ControlFlow.cpp - if, while and for --------------------------------===//
#include "Interop/TorchScript/Evaluator.h"
#include "llvm/ADT/StringSet.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::script;

LogicalResult Evaluator::runConditional(const Stmt &stmt, Frame &frame) {
  Location loc = locate(stmt.line, frame);
  Result value = evaluate(*stmt.value, frame);
  Result condition = failed(value) ? Result(failure()) : toNumber(*value, 'b', loc);
  if (failed(condition))
    return failure();
  if (const bool *truth = condition->get<bool>())
    return run(*truth ? Code(stmt.body) : Code(stmt.orElse), frame);
  return runEither(stmt, *condition->get<Value>(), frame);
}

LogicalResult Evaluator::runLoop(const Stmt &stmt, Frame &frame) {
  Location loc = locate(stmt.line, frame);
  bool isWhile = stmt.kind == Stmt::Kind::whileLoop;
  std::optional<int64_t> rounds;
  llvm::StringSet<> outer; // what a round makes lives in it
  for (StringRef name : frame.variables.keys())
    outer.insert(name);
  auto runRest = [&](Value left) {
    for (StringRef name : llvm::to_vector(frame.variables.keys()))
      if (!outer.contains(name))
        frame.variables.erase(name);
    return runRepeatedly(stmt, left, frame);
  };
  for (int64_t round = 0; !rounds || round < *rounds; ++round) {
    if (failed(spend(1, loc)))
      return failure();
    if (isWhile || !rounds) {
      Result value = evaluate(*stmt.value, frame);
      Result known = failed(value) ? Result(failure()) : toNumber(*value, isWhile ? 'b' : 'i', loc);
      if (failed(known))
        return failure();
      if (known->get<Value>())
        return runRest(isWhile ? Value() : *known->get<Value>());
      if (!isWhile)
        rounds = *known->get<int64_t>();
      if (isWhile ? !*known->get<bool>() : *rounds <= 0)
        return success();
    }
    if (!isWhile)
      frame.variables[stmt.targets[0]->text] = Item{round};
    if (failed(run(stmt.body, frame)))
      return failure();
    if (frame.result)
      return success();
  }
  return success();
}
