//===- Identity.cpp - operators that change no number ---------------------===//
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"

using namespace mlir;
using namespace graphopt;

void graphopt::registerAtenIdentityRules(ImportRules &rules) {
  // Copies, layouts and devices are decisions of ours.
  auto same = [](StringRef name) {
    return [name](ImportCall &call) -> LogicalResult {
      auto x = call.tensor(name);
      return failed(x) ? failure() : call.yield(call.resultElementType() ? call.cast(*x, call.resultElementType()) : *x);
    };
  };
  rules.aten({"clone.default", "contiguous.default", "alias.default", "detach.default", "lift_fresh.default", "lift_fresh_copy.default",
              "detach_copy.default", "alias_copy.default", "to.device", "to.other", "to.prim_device", "type_as.default", "positive.default",
              "_to_cpu.default"},
             same("self"));

  // Other numbers in the place of a tensor's.
  rules.aten({"copy.default"}, [](ImportCall &call) -> LogicalResult {
    auto self = call.tensor("self"), source = call.tensor("src");
    if (failed(self) || failed(source))
      return failure();
    Value value = call.cast(*source, call.resultElementType());
    return call.yield(graph::BroadcastOp::create(call.builder, call.loc, value, aten::sizesOf(call, *self)).getResult());
  });
}
