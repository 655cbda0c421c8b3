//===- Loss.cpp - losses --------------------------------------------------===//
//
// f16 and bf16 are computed in f32, and rounded once at the end.
//
//===----------------------------------------------------------------------===//
#include "Interop/Aten/Rules/Loss.h"
#include "Graph/Shared/Indexing.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Compare.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Softmax.h"

using namespace mlir;
using namespace graphopt;

FailureOr<aten::Judged> aten::judge(ImportCall &call, Expr logs, Value classes, Value weight, std::optional<int64_t> ignored) {
  ExprBuilder &g = *logs.g;
  int64_t axis = logs.getType().getRank() == 1 ? 0 : 1;
  if (rankOf(classes) + 1 != logs.getType().getRank())
    return call.unsupported("expected a class for each vector of log probabilities");
  Type type = logs.getType().getElementType(), index = call.builder.getI64Type();
  Expr ids = g(call.cast(classes, index)), isCounted;
  if (ignored) {
    isCounted = g(graph::NeOp::create(g.b, g.loc, ids, g.number(static_cast<double>(*ignored), index)));
    ids = select(isCounted, ids, g.number(0, index));
  }
  Value picked = gatherAlong(g.b, g.loc, logs, insertAxis(call, ids, axis), axis);
  Expr score = g(reshape(call, picked, sizesOf(call, classes)));
  Expr weights = weight ? g(graph::GatherOp::create(g.b, g.loc, weight, ids, int64_t(0))) : g.broadcastLike(g.number(1, type), score);
  if (ignored) {
    Expr counted = g.cast(isCounted, type);
    weights = weight ? weights * counted : counted;
    score = select(isCounted, score, g.number(0, type)); // an infinite one would give NaN
  }
  return Judged{-(score * weights), weights};
}

aten::WeightedLoss aten::reduceJudged(const Judged &judged, LossReduction reduction) {
  ExprBuilder &g = *judged.loss.g;
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, judged.weights.getType().getRank()));
  WeightedLoss reduced{judged.loss, g.sum(judged.weights, axes, /*keepDims=*/false)};
  if (reduction != LossReduction::none)
    reduced.loss = g.sum(judged.loss, axes, /*keepDims=*/false);
  if (reduction == LossReduction::mean)
    reduced.loss = reduced.loss / reduced.total;
  return reduced;
}

namespace {
using Reduction = aten::LossReduction;
using aten::Judged;

FailureOr<Reduction> readReduction(ImportCall &call) {
  auto number = call.integer("reduction");
  if (failed(number))
    return failure();
  if (*number < 0 || *number > 2)
    return call.unsupported("expected a reduction of 0 to 2, got " + Twine(*number));
  return static_cast<Reduction>(*number);
}

FailureOr<Expr> operand(ImportCall &call, ExprBuilder &g, StringRef name) {
  auto value = call.tensorOrNumber(name, aten::computeType(call.resultElementType()));
  return failed(value) ? FailureOr<Expr>(failure()) : g(*value);
}

/// The argument `weight`, null where there is none.
FailureOr<Value> optionalWeight(ImportCall &call, ExprBuilder &g) {
  if (!call.has("weight"))
    return Value();
  auto weight = operand(call, g, "weight");
  if (failed(weight))
    return failure();
  return Value(*weight);
}

LogicalResult yieldReduced(ImportCall &call, Expr loss, Reduction reduction) {
  ExprBuilder &g = *loss.g;
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, loss.getType().getRank()));
  if (reduction == Reduction::sum)
    loss = g.sum(loss, axes, /*keepDims=*/false);
  if (reduction == Reduction::mean)
    loss = g.mean(loss, axes, /*keepDims=*/false);
  return call.yield(call.cast(loss, call.resultElementType()));
}

/// A loss of each element, from tensors that broadcast and one number.
using Formula = std::function<Expr(ArrayRef<Expr>, double)>;

void addLoss(ImportRules &rules, StringRef overload, std::vector<StringRef> names, StringRef numberName, Formula formula) {
  rules.aten({overload}, [=](ImportCall &call) -> LogicalResult {
    ExprBuilder g(call.builder, call.loc);
    auto reduction = readReduction(call);
    FailureOr<double> number = numberName.empty() ? FailureOr<double>(0) : call.number(numberName);
    SmallVector<Expr> values;
    for (StringRef name : names) {
      FailureOr<Expr> value = operand(call, g, name);
      if (failed(value))
        return failure();
      values.push_back(*value);
    }
    if (failed(reduction) || failed(number))
      return failure();
    return yieldReduced(call, formula(values, *number), *reduction);
  });
}

/// max(log(x), -100), or that of log(1 + x), with a slope of 0 where it is -100.
Expr boundedLog(Expr x, bool plusOne) {
  Expr isBelow = (plusOne ? x + 1.0 : x) < std::exp(-100.0), safe = select(isBelow, numberLike(plusOne ? 0 : 1, x), x);
  return select(isBelow, numberLike(-100, x), plusOne ? log1p(safe) : log(safe));
}

/// Of probabilities, whose logarithms are -100 at least; or of logits x, where log(sigmoid(x)) is -softplus(-x).
LogicalResult importBinaryCrossEntropy(ImportCall &call, bool ofLogits) {
  ExprBuilder g(call.builder, call.loc);
  auto x = operand(call, g, "self"), target = operand(call, g, "target");
  auto reduction = readReduction(call);
  auto weight = optionalWeight(call, g);
  if (failed(x) || failed(target) || failed(reduction) || failed(weight))
    return failure();
  Expr loss;
  if (!ofLogits) {
    loss = -(*target * boundedLog(*x, /*plusOne=*/false) + (1.0 - *target) * boundedLog(-*x, /*plusOne=*/true));
  } else if (call.has("pos_weight")) {
    auto positive = operand(call, g, "pos_weight");
    if (failed(positive))
      return failure();
    loss = (1.0 - *target) * *x + ((*positive - 1.0) * *target + 1.0) * softplus(-*x);
  } else {
    loss = (1.0 - *target) * *x + softplus(-*x);
  }
  if (*weight)
    loss = loss * g(*weight);
  return yieldReduced(call, loss, *reduction);
}

LogicalResult yieldJudged(ImportCall &call, const Judged &judged, Reduction reduction) {
  aten::WeightedLoss reduced = aten::reduceJudged(judged, reduction);
  SmallVector<Value> results = {call.cast(reduced.loss, call.resultElementType())};
  if (call.resultTypes.size() == 2) // only reductions have the total
    results.push_back(call.cast(reduction == Reduction::none ? numberLike(0, reduced.total) : reduced.total, call.resultElementType(1)));
  return call.yield(results);
}

LogicalResult importNegativeLogLikelihood(ImportCall &call) {
  ExprBuilder g(call.builder, call.loc);
  auto x = operand(call, g, "self");
  auto target = call.tensor("target");
  auto reduction = readReduction(call);
  auto ignored = call.integer("ignore_index");
  auto weight = optionalWeight(call, g);
  if (failed(x) || failed(target) || failed(reduction) || failed(ignored) || failed(weight))
    return failure();
  auto judged = aten::judge(call, *x, *target, *weight, *ignored);
  return failed(judged) ? failure() : yieldJudged(call, *judged, *reduction);
}

/// The loss of log(softmax(x)) by classes or by probabilities, some of it spread over all classes.
LogicalResult importCrossEntropy(ImportCall &call) {
  ExprBuilder g(call.builder, call.loc);
  auto x = operand(call, g, "self");
  auto target = call.tensor("target");
  auto reduction = readReduction(call);
  auto ignored = call.integer("ignore_index");
  auto smoothing = call.number("label_smoothing");
  auto weight = optionalWeight(call, g);
  if (failed(x) || failed(target) || failed(reduction) || failed(ignored) || failed(smoothing) || failed(weight))
    return failure();
  int64_t rank = x->getType().getRank(), axis = rank == 1 ? 0 : 1;
  if (rank < 1)
    return call.unsupported("expected an axis of classes");
  Type type = x->getType().getElementType();
  Expr logs = g(graph::LogSoftmaxOp::create(g.b, g.loc, *x, axis)), classes = g(aten::countAlong(call, *x, axis, type)), weighted = logs;
  if (*weight) {
    SmallVector<OpFoldResult> sizes(rank, call.builder.getIndexAttr(1));
    sizes[axis] = aten::sizesOf(call, *weight)[0];
    weighted = logs * g(aten::reshape(call, *weight, sizes));
  }
  if (isa<FloatType>(aten::typeOf(*target).getElementType())) {
    Expr share = g.cast(g(*target), type) * (1 - *smoothing) + g.broadcastLike(g.number(*smoothing, type), *x) / classes;
    Expr loss = -g.sum(weighted * share, {axis}, /*keepDims=*/false);
    SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rank - 1));
    if (*reduction != Reduction::none)
      loss = g.sum(loss, axes, /*keepDims=*/false);
    if (*reduction == Reduction::mean) // over samples
      loss = loss / (g(aten::countAlong(call, *x, llvm::to_vector(llvm::seq<int64_t>(0, rank)), type)) / classes);
    return call.yield(call.cast(loss, call.resultElementType()));
  }
  auto judged = aten::judge(call, logs, *target, *weight, *ignored);
  if (failed(judged))
    return failure();
  if (*smoothing != 0) {
    Expr isIgnored = g(*target) == static_cast<double>(*ignored);
    Expr spread = select(isIgnored, g.number(0, type), -g.sum(weighted, {axis}, /*keepDims=*/false));
    judged->loss = judged->loss * (1 - *smoothing) + spread * *smoothing / classes;
  }
  return yieldJudged(call, *judged, *reduction);
}

Expr positive(Expr x) { return (*x.g)(graph::ReluOp::create(x.g->b, x.g->loc, x)); }
} // namespace

void graphopt::registerAtenLossRules(ImportRules &rules) {
  addLoss(rules, "mse_loss.default", {"self", "target"}, "", [](ArrayRef<Expr> x, double) { return (x[0] - x[1]) * (x[0] - x[1]); });
  addLoss(rules, "l1_loss.default", {"self", "target"}, "", [](ArrayRef<Expr> x, double) { return abs(x[0] - x[1]); });
  addLoss(rules, "smooth_l1_loss.default", {"self", "target"}, "beta", [](ArrayRef<Expr> x, double beta) {
    Expr d = abs(x[0] - x[1]);
    return beta == 0 ? d : select(d < d.g->number(beta, d.getType().getElementType()), d * d * 0.5 / beta, d - 0.5 * beta);
  });
  addLoss(rules, "huber_loss.default", {"self", "target"}, "delta", [](ArrayRef<Expr> x, double delta) {
    Expr d = abs(x[0] - x[1]);
    return select(d > delta, (d - 0.5 * delta) * delta, d * d * 0.5);
  });
  addLoss(rules, "soft_margin_loss.default", {"self", "target"}, "", [](ArrayRef<Expr> x, double) { return softplus(-(x[0] * x[1])); });
  addLoss(rules, "margin_ranking_loss.default", {"input1", "input2", "target"}, "margin",
          [](ArrayRef<Expr> x, double margin) { return positive(x[2] * (x[1] - x[0]) + margin); });
  addLoss(rules, "hinge_embedding_loss.default", {"self", "target"}, "margin", [](ArrayRef<Expr> x, double margin) {
    Expr zero = x[0].g->number(0, x[0].getType().getElementType());
    return select(x[1] == 1.0, zero, positive(margin - x[0])) + select(x[1] == -1.0, zero, x[0]);
  });
  rules.aten({"kl_div.default"}, [](ImportCall &call) -> LogicalResult {
    ExprBuilder g(call.builder, call.loc);
    auto x = operand(call, g, "self"), target = operand(call, g, "target");
    auto reduction = readReduction(call);
    auto isLog = call.boolean("log_target");
    if (failed(x) || failed(target) || failed(reduction) || failed(isLog))
      return failure();
    // Where the target is 0 so is its product with its logarithm.
    Expr zero = g.number(0, target->getType().getElementType());
    Expr loss = *isLog ? exp(*target) * (*target - *x) : select(*target == 0.0, zero, *target * log(*target)) - *target * *x;
    return yieldReduced(call, loss, *reduction);
  });
  rules.aten({"binary_cross_entropy.default"}, [](ImportCall &call) { return importBinaryCrossEntropy(call, /*ofLogits=*/false); });
  rules.aten({"binary_cross_entropy_with_logits.default"},
             [](ImportCall &call) { return importBinaryCrossEntropy(call, /*ofLogits=*/true); });
  rules.aten({"nll_loss.default", "nll_loss_nd.default", "nll_loss2d.default", "nll_loss_forward.default", "nll_loss2d_forward.default"},
             importNegativeLogLikelihood);
  rules.aten({"cross_entropy_loss.default"}, importCrossEntropy);
}
