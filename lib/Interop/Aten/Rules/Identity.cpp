//===- Identity.cpp - operators that change no number ---------------------===//
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Cotangents.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
#include "graph-opt/Dialect/Graph/Parameters.h"
#include "mlir/IR/Matchers.h"

using namespace mlir;
using namespace graphopt;

/// A constant of the graph or of the model: torch detaches those that it has lifted.
static bool isConstant(Value value) {
  auto read = value.getDefiningOp<ParameterReadOpInterface>();
  if (!read)
    return matchPattern(value, m_Constant());
  auto parameter = SymbolTable::lookupNearestSymbolFrom<ParameterOpInterface>(read, read.getParameterName());
  return parameter && graph::getRole(parameter) == "constant";
}

void graphopt::registerAtenIdentityRules(ImportRules &rules) {
  // Copies, layouts and devices are decisions of ours.
  auto same = [](StringRef name) {
    return [name](ImportCall &call) -> LogicalResult {
      auto x = call.tensor(name);
      return failed(x) ? failure() : call.yield(call.resultElementType() ? call.cast(*x, call.resultElementType()) : *x);
    };
  };
  rules.aten({"clone.default", "contiguous.default", "alias.default", "lift_fresh.default", "lift_fresh_copy.default", "alias_copy.default",
              "to.device", "to.other", "to.prim_device", "type_as.default", "positive.default", "_to_cpu.default"},
             same("self"));

  rules.aten({"detach.default", "detach_copy.default"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("self");
    if (failed(x))
      return failure();
    if (!hasCotangent(*x) || isConstant(*x))
      return call.yield(*x);
    return call.yield(graph::StopGradientOp::create(call.builder, call.loc, *x).getResult());
  });

  // Other numbers in the place of a tensor's.
  rules.aten({"copy.default"}, [](ImportCall &call) -> LogicalResult {
    auto self = call.tensor("self"), source = call.tensor("src");
    if (failed(self) || failed(source))
      return failure();
    Value value = call.cast(*source, call.resultElementType());
    return call.yield(graph::BroadcastOp::create(call.builder, call.loc, value, aten::sizesOf(call, *self)).getResult());
  });
}
