//===- Random.cpp - draws of random numbers, and dropout in training ------===//
//
// Every draw has a stream of its own under the model's key, which takes the place of the attribute `seed`: no two systems draw the same
// numbers for that anyway.
//
//===----------------------------------------------------------------------===//
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Compare.h"
#include "graph-opt/Dialect/Graph/Ops/Cumulative.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
/// add + factor * numbers of a distribution, in the shape that an attribute or the input has.
LogicalResult importDraw(ImportCall &call, StringRef distribution, bool isLike) {
  SmallVector<OpFoldResult> sizes;
  Type like;
  if (isLike) {
    auto x = call.tensor("input");
    if (failed(x))
      return failure();
    sizes = sizesOf(call, *x);
    like = elementOf(*x);
  } else {
    auto shape = call.sizes("shape");
    if (failed(shape))
      return failure();
    sizes = *shape;
  }
  bool isNormal = distribution == "normal";
  auto type = elementTypeArg(call, "dtype", like);
  auto first = call.number(isNormal ? "mean" : "low"), second = call.number(isNormal ? "scale" : "high");
  if (failed(type) || failed(first) || failed(second))
    return failure();
  if (!isa<FloatType>(*type))
    return call.unsupported("expected a floating-point result");
  ExprBuilder g(call.builder, call.loc);
  FailureOr<Expr> y = aten::draw(call, g, computeType(*type), sizes, distribution);
  if (failed(y))
    return failure();
  return call.yield(call.cast(*y * (isNormal ? *second : *second - *first) + *first, *type));
}

LogicalResult importBernoulli(ImportCall &call) {
  auto p = call.tensor("input");
  if (failed(p))
    return failure();
  auto type = elementTypeArg(call, "dtype", elementOf(*p));
  ExprBuilder g(call.builder, call.loc);
  FailureOr<Expr> y = aten::draw(call, g, g.b.getF32Type(), sizesOf(call, *p), "uniform");
  if (failed(type) || failed(y))
    return failure();
  return call.yield(call.cast(*y < g(call.cast(*p, g.b.getF32Type())), *type));
}

/// Classes by the logarithms of their weights: how many ends of their stretches a uniform number has passed.
LogicalResult importMultinomial(ImportCall &call) {
  auto x = call.tensor("input");
  auto samples = call.integer("sample_size");
  auto type = elementTypeArg(call, "dtype");
  if (failed(x) || failed(samples) || failed(type))
    return failure();
  if (rankOf(*x) != 2 || *samples < 0)
    return emitError(call.loc) << "'Multinomial': expected a matrix of logarithms and a number of samples of at least 0";
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  SmallVector<OpFoldResult> sizes = sizesOf(call, *x);
  Expr logits = g(call.cast(*x, b.getF32Type()));
  Expr weights = exp(logits - g.reduceMax(logits, 1, true));
  FailureOr<Expr> y = aten::draw(call, g, b.getF32Type(), {sizes[0], b.getIndexAttr(*samples)}, "uniform");
  if (failed(y))
    return failure();
  Expr ends = g(graph::CumulativeSumOp::create(b, call.loc, weights, 1));
  Expr place = g(aten::insertAxis(call, *y * g.sum(weights, 1, true), 2)), end = g(aten::insertAxis(call, ends, 1));
  Expr passed = g.cast(g(graph::GeOp::create(b, call.loc, place, end)), b.getI64Type());
  Expr last = aten::sizeAsTensor(call, g, sizes[1]) - 1.0;
  return call.yield(call.cast(min(g.sum(passed, 2, false), last), *type));
}
} // namespace

void graphopt::registerOnnxRandomRules(ImportRules &rules) {
  for (bool isLike : {false, true}) {
    StringRef uniform = isLike ? "RandomUniformLike" : "RandomUniform", normal = isLike ? "RandomNormalLike" : "RandomNormal";
    rules.onnx({uniform}, [isLike](ImportCall &call) { return importDraw(call, "uniform", isLike); });
    rules.onnx({normal}, [isLike](ImportCall &call) { return importDraw(call, "normal", isLike); });
  }
  rules.onnx({"Bernoulli"}, importBernoulli);
  rules.onnx({"Multinomial"}, importMultinomial);
}
