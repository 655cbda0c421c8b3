//===- Learning.cpp - operators of ai.onnx.ml -----------------------------===//
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
/// Some elements of the last axis. A vector counts as one row.
LogicalResult importFeatures(ImportCall &call) {
  auto x = call.tensor("X"), places = call.tensor("Y");
  if (failed(x) || failed(places))
    return failure();
  if (rankOf(*x) == 0)
    return call.unsupported("a scalar has no features");
  OpBuilder &b = call.builder;
  Value rows = rankOf(*x) == 1 ? aten::insertAxis(call, *x, 0) : *x, flat = aten::reshape(call, *places, {b.getIndexAttr(-1)});
  return call.yield(graph::GatherOp::create(b, call.loc, rows, flat, rankOf(rows) - 1).getResult());
}

LogicalResult importBinarizer(ImportCall &call) {
  auto x = call.tensor("X");
  auto threshold = call.number("threshold");
  if (failed(x) || failed(threshold))
    return failure();
  return call.yield(call.cast(ExprBuilder(call.builder, call.loc)(*x) > *threshold, elementOf(*x)));
}
} // namespace

void graphopt::registerOnnxLearningRules(ImportRules &rules) {
  rules.onnx({"ai.onnx.ml.ArrayFeatureExtractor"}, importFeatures);
  rules.onnx({"ai.onnx.ml.Binarizer"}, importBinarizer);
}
