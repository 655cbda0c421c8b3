//===- Loss.cpp - losses of classes ---------------------------------------===//
//
// f16 and bf16 are computed in f32, and rounded once at the end.
//
//===----------------------------------------------------------------------===//
#include "Interop/Aten/Rules/Loss.h"
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Softmax.h"
#include "llvm/ADT/StringSwitch.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
FailureOr<aten::LossReduction> reductionOf(ImportCall &call) {
  auto name = call.string("reduction");
  if (failed(name))
    return failure();
  auto reduction = llvm::StringSwitch<std::optional<aten::LossReduction>>(*name)
                       .Case("none", aten::LossReduction::none)
                       .Case("mean", aten::LossReduction::mean)
                       .Case("sum", aten::LossReduction::sum)
                       .Default(std::nullopt);
  if (!reduction)
    return call.unsupported("the reduction '" + *name + "'");
  return *reduction;
}

/// Of log probabilities, or of scores whose log probabilities are a result too.
LogicalResult importLoss(ImportCall &call, StringRef scores, StringRef classes, StringRef weights, bool ofScores) {
  auto x = call.tensor(scores), target = call.tensor(classes);
  auto weight = call.optionalTensor(weights);
  auto reduction = reductionOf(call);
  auto given = call.integer("ignore_index", 0);
  if (failed(x) || failed(target) || failed(weight) || failed(reduction) || failed(given))
    return failure();
  auto ignored = call.has("ignore_index") ? std::optional(*given) : std::nullopt;
  if (rankOf(*x) < 2)
    return emitError(call.loc) << "'" << call.name << "': expected an axis of classes behind that of samples";
  if (rankOf(*target) != rankOf(*x) - 1 || (*weight && rankOf(*weight) != 1))
    return emitError(call.loc) << "'" << call.name << "': expected a class for each sample, and a weight for each class";
  ExprBuilder g(call.builder, call.loc);
  Type type = elementOf(*x), wide = computeType(*x);
  Expr logs = g(call.cast(*x, wide));
  if (ofScores)
    logs = g(graph::LogSoftmaxOp::create(g.b, g.loc, logs, int64_t(1)));
  auto judged = aten::judge(call, logs, *target, *weight ? call.cast(*weight, wide) : Value(), ignored);
  if (failed(judged))
    return failure();
  SmallVector<Value> results = {call.cast(aten::reduceJudged(*judged, *reduction).loss, type)};
  if (asksForMore(call, 1))
    results.push_back(call.cast(logs, type));
  return call.yield(results);
}
} // namespace

void graphopt::registerOnnxLossRules(ImportRules &rules) {
  rules.onnx({"NegativeLogLikelihoodLoss"},
             [](ImportCall &call) { return importLoss(call, "input", "target", "weight", /*ofScores=*/false); });
  rules.onnx({"SoftmaxCrossEntropyLoss"},
             [](ImportCall &call) { return importLoss(call, "scores", "labels", "weights", /*ofScores=*/true); });
}
