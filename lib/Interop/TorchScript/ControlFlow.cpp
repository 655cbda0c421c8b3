//===- ControlFlow.cpp - if, while and for --------------------------------===//
#include "Interop/TorchScript/Evaluator.h"
#include "graph-opt/Failure.h"

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
  for (int64_t round = 0; !rounds || round < *rounds; ++round) {
    if (failed(spend(1, loc)))
      return failure();
    if (isWhile || !rounds) {
      Result value = evaluate(*stmt.value, frame);
      Result known = failed(value) ? Result(failure()) : toNumber(*value, isWhile ? 'b' : 'i', loc);
      if (failed(known))
        return failure();
      if (known->get<Value>())
        return unsupported(loc, isWhile ? "while" : "for", "how often it runs is known only as the model runs");
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
