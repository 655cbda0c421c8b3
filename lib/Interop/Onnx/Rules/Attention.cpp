//===- Attention.cpp - attention with its caches and masks ----------------===//
#include "graph-opt/Dialect/Graph/Ops/Attention.h"
#include "Graph/Shared/AttentionSteps.h"
#include "Graph/Shared/IndexMath.h"
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/Compare.h"
#include "graph-opt/Dialect/Graph/Ops/Concat.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/Matmul.h"
#include "graph-opt/Dialect/Graph/Ops/Pad.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
/// The operator's arguments, with heads as an axis of their own: [batch, heads, sequence, size].
struct Attention {
  Attention(ImportCall &call) : call(call), g(call.builder, call.loc) {}
  LogicalResult read();
  LogicalResult splitHeads();
  void addCaches();
  LogicalResult buildMask();
  Value expand(int64_t outputMode, Value &shown);
  FailureOr<Expr> expandFlexibly(Type compute);

  ImportCall &call;
  ExprBuilder g;
  Value query, key, value, given, pastKey, pastValue, filled;
  double softcap = 0, scale = 0;
  bool isCausal = false, isFlat = false;
  int64_t group = 1, left = -1, right = -1;
  Value mask; ///< all masks in one

private:
  Expr number(double of) { return g.number(of, elementOf(query)); }
  Expr withHeads(Value x, int64_t heads);
  Expr repeatHeads(Expr x);
};
} // namespace

LogicalResult Attention::read() {
  auto q = call.tensor("Q"), k = call.tensor("K"), v = call.tensor("V");
  auto maskArg = call.optionalTensor("attn_mask"), keyArg = call.optionalTensor("past_key"), valueArg = call.optionalTensor("past_value"),
       filledArg = call.optionalTensor("nonpad_kv_seqlen");
  auto cap = call.number("softcap", 0);
  auto causal = call.boolean("is_causal", false);
  auto leftArg = call.integer("left_window_size", -1), rightArg = call.integer("right_window_size", -1);
  if (failed(q) || failed(k) || failed(v) || failed(maskArg) || failed(keyArg) || failed(valueArg) || failed(filledArg) || failed(cap) ||
      failed(causal) || failed(leftArg) || failed(rightArg))
    return failure();
  query = *q, key = *k, value = *v, given = *maskArg, pastKey = *keyArg, pastValue = *valueArg, filled = *filledArg;
  softcap = *cap, isCausal = *causal, left = *leftArg, right = *rightArg;
  if (elementOf(key) != elementOf(query) || elementOf(value) != elementOf(query))
    return call.unsupported("expected one element type of Q, K and V");
  if (rankOf(query) != rankOf(key) || rankOf(query) != rankOf(value) || (rankOf(query) != 3 && rankOf(query) != 4))
    return call.unsupported("expected Q, K and V of rank 3 or of rank 4");
  if (!pastKey != !pastValue || (pastKey && filled))
    return call.unsupported("expected both past_key and past_value, or neither, and no nonpad_kv_seqlen beside them");
  return success();
}

Expr Attention::withHeads(Value x, int64_t heads) {
  SmallVector<OpFoldResult> sizes = sizesOf(call, x);
  OpBuilder &b = call.builder;
  Value apart = aten::reshape(call, x, {sizes[0], sizes[1], b.getIndexAttr(heads), b.getIndexAttr(-1)});
  return g(graph::TransposeOp::create(b, call.loc, apart, ArrayRef<int64_t>{0, 2, 1, 3}));
}

LogicalResult Attention::splitHeads() {
  isFlat = rankOf(query) == 3;
  if (isFlat) {
    if (!call.has("q_num_heads") || !call.has("kv_num_heads"))
      return call.unsupported("expected q_num_heads and kv_num_heads with Q of rank 3");
    auto heads = call.integer("q_num_heads"), keyHeads = call.integer("kv_num_heads");
    if (failed(heads) || failed(keyHeads))
      return failure();
    if (*heads < 1 || *keyHeads < 1)
      return call.unsupported("expected at least one head");
    query = withHeads(query, *heads), key = withHeads(key, *keyHeads), value = withHeads(value, *keyHeads);
  }
  int64_t heads = aten::typeOf(query).getDimSize(1), keyHeads = aten::typeOf(key).getDimSize(1);
  if (heads != keyHeads) {
    if (ShapedType::isDynamic(heads) || keyHeads < 1 || heads % keyHeads != 0)
      return call.unsupported("expected heads of Q in groups of a known size");
    group = heads / keyHeads;
  }
  int64_t depth = aten::typeOf(query).getDimSize(3);
  if (!call.has("scale") && depth < 1)
    return call.unsupported("expected a known size of the heads, or a scale");
  auto given = call.number("scale", 1 / std::sqrt(static_cast<double>(depth)));
  if (failed(given))
    return failure();
  scale = *given;
  return success();
}

void Attention::addCaches() {
  for (auto [past, now] : {std::pair<Value, Value *>{pastKey, &key}, {pastValue, &value}})
    if (past)
      *now = graph::ConcatOp::create(call.builder, call.loc, ValueRange{past, *now}, 2);
}

/// Everything that keeps a row from a key, as truth values where nothing is to be added, else as numbers.
LogicalResult Attention::buildMask() {
  OpBuilder &b = call.builder;
  OpFoldResult rows = sizesOf(call, query)[2], keys = sizesOf(call, key)[2];
  std::optional<Expr> allowed, added;
  auto allow = [&](Expr condition) { allowed = allowed ? g(graph::AndOp::create(b, call.loc, *allowed, condition)) : condition; };
  if (given) {
    bool isBool = elementOf(given).isInteger(1);
    if (rankOf(given) == 0)
      return call.unsupported("a mask of rank 0");
    int64_t last = rankOf(given) - 1, have = aten::typeOf(given).getDimSize(last);
    std::optional<int64_t> need = getConstantIntValue(keys);
    if (have != 1 && (!need || have != *need)) { // keys behind its end are not seen
      SmallVector<OpFoldResult> none(last + 1, b.getIndexAttr(0)), high = none;
      IndexMath math(b, call.loc);
      high[last] = math.sub(keys, sizesOf(call, given)[last]);
      Value fill = isBool ? g.number(0, b.getI1Type()) : g.number(-std::numeric_limits<double>::infinity(), elementOf(given));
      given = graph::PadOp::create(b, call.loc, given, fill, none, high);
    }
    if (isBool)
      allow(g(given));
    else
      added = g.cast(g(given), elementOf(query));
  }
  bool isPlain = isCausal && !pastKey && !filled; // the op's own attribute
  if ((isCausal && !isPlain) || left >= 0 || right >= 0) {
    // Where the first row stands among the keys.
    Expr row = g(aten::positions(call, rows, 0, 2)), column = g(aten::positions(call, keys, 1, 2));
    if (pastKey)
      row = row + aten::sizeAsTensor(call, g, sizesOf(call, pastKey)[2]);
    if (filled) {
      Expr start = g(filled) - aten::sizeAsTensor(call, g, rows);
      row = row + g(aten::reshape(call, start, {b.getIndexAttr(-1), b.getIndexAttr(1), b.getIndexAttr(1), b.getIndexAttr(1)}));
    }
    auto notAfter = [&](Expr x, Expr limit) { allow(g(graph::LeOp::create(b, call.loc, x, limit))); };
    if (isCausal && !isPlain)
      notAfter(column, row);
    if (left >= 0)
      notAfter(row, column + static_cast<double>(left));
    if (right >= 0)
      notAfter(column, row + static_cast<double>(right));
  }
  isCausal = isPlain;
  if (filled) {
    Value count = aten::reshape(call, filled, {b.getIndexAttr(-1), b.getIndexAttr(1), b.getIndexAttr(1), b.getIndexAttr(1)});
    allow(g(aten::positions(call, keys, 3, 4)) < g(count));
  }
  if (allowed && added)
    mask = select(*allowed, *added, number(-std::numeric_limits<double>::infinity()));
  else if (allowed || added)
    mask = allowed ? *allowed : *added;
  return success();
}

/// Each head as often as it serves one of the query.
Expr Attention::repeatHeads(Expr x) {
  if (group == 1)
    return x;
  OpBuilder &b = call.builder;
  SmallVector<OpFoldResult> sizes = sizesOf(call, x), apart = sizes;
  apart.insert(apart.begin() + 2, b.getIndexAttr(1));
  Value one = aten::reshape(call, x, apart);
  apart[2] = b.getIndexAttr(group);
  sizes[1] = sizesOf(call, query)[1];
  return g(aten::reshape(call, graph::BroadcastOp::create(b, call.loc, one, apart), sizes));
}

/// By ops of its own, where scores are bent by `softcap`, or one of the steps is a result (`shown`): the scores, bent, masked, or weights.
Value Attention::expand(int64_t outputMode, Value &shown) {
  OpBuilder &b = call.builder;
  auto compute = [&](Value x) { return g.cast(g(x), computeType(query)); };
  Expr q = compute(query), k = repeatHeads(compute(key)), v = repeatHeads(compute(value));
  Value turned = graph::TransposeOp::create(b, call.loc, k, ArrayRef<int64_t>{0, 1, 3, 2});
  SmallVector<Expr> steps = {g(graph::MatmulOp::create(b, call.loc, q, turned)) * scale};
  steps.push_back(softcap > 0 ? tanh(steps[0] / softcap) * softcap : steps[0]);
  steps.push_back(maskScores(steps[1], query, key, mask, isCausal));
  steps.push_back(attentionWeights(steps[2], /*safe=*/true, /*finite=*/false));
  shown = g.cast(steps[outputMode], elementOf(query));
  return g.cast(g(graph::MatmulOp::create(b, call.loc, steps[3], v)), elementOf(query));
}

/// With scores and weights of the type `compute`, each through the graph of its name where there is one.
FailureOr<Expr> Attention::expandFlexibly(Type compute) {
  OpBuilder &b = call.builder;
  auto modify = [&](StringRef name, Expr x) -> FailureOr<Expr> {
    auto graph = call.graphs.find(name);
    if (graph == call.graphs.end())
      return x;
    FailureOr<SmallVector<Value>> results = graph->second(x.value);
    if (failed(results))
      return failure();
    if (results->size() != 1 || results->front().getType() != x.getType())
      return call.unsupported("expected of '" + name + "' one result of the type of its input");
    return g(results->front());
  };
  Value turned = graph::TransposeOp::create(b, call.loc, repeatHeads(g(key)), ArrayRef<int64_t>{0, 1, 3, 2});
  Expr root = number(std::sqrt(scale)), q = g(query) * root, k = g(turned) * root;
  auto scores = modify("score_mod", g.cast(g(graph::MatmulOp::create(b, call.loc, q, k)), compute));
  if (failed(scores))
    return failure();
  auto weights = modify("prob_mod", attentionWeights(*scores, /*safe=*/false, /*finite=*/false));
  if (failed(weights))
    return failure();
  Expr v = g.cast(repeatHeads(g(value)), compute);
  return g.cast(g(graph::MatmulOp::create(b, call.loc, *weights, v)), elementOf(query));
}

static LogicalResult importAttention(ImportCall &call) {
  Attention attention(call);
  auto outputMode = call.integer("qk_matmul_output_mode");
  if (failed(outputMode) || failed(attention.read()) || failed(attention.splitHeads()))
    return failure();
  if (*outputMode < 0 || *outputMode > 3)
    return call.unsupported("expected qk_matmul_output_mode from 0 to 3, got " + Twine(*outputMode));
  attention.addCaches();
  if (failed(attention.buildMask()))
    return failure();
  OpBuilder &b = call.builder;
  Value y, shown;
  if (attention.softcap > 0 || asksForMore(call, 3))
    y = attention.expand(*outputMode, shown);
  else
    y = graph::AttentionOp::create(b, call.loc, attention.query, attention.key, attention.value, attention.mask,
                                   llvm::APFloat(attention.scale), attention.group, attention.isCausal, /*safe=*/true);
  if (attention.isFlat) {
    Value back = graph::TransposeOp::create(b, call.loc, y, ArrayRef<int64_t>{0, 2, 1, 3});
    SmallVector<OpFoldResult> sizes = sizesOf(call, back);
    y = aten::reshape(call, back, {sizes[0], sizes[1], b.getIndexAttr(-1)});
  }
  SmallVector<Value> results = {y, attention.key, attention.value, shown};
  results.resize(call.resultTypes.size());
  return call.yield(results);
}

/// Attention whose scores and weights may pass through graphs of the call.
static LogicalResult importFlexAttention(ImportCall &call) {
  Attention attention(call);
  if (failed(attention.read()) || failed(attention.splitHeads()))
    return failure();
  auto type = elementTypeArg(call, "softmax_precision", computeType(attention.query));
  if (failed(type) || attention.isFlat)
    return failed(type) ? failure() : call.unsupported("expected Q, K and V of rank 4");
  FailureOr<Expr> y = attention.expandFlexibly(*type);
  return failed(y) ? failure() : call.yield(Value(*y));
}

void graphopt::registerOnnxAttentionRules(ImportRules &rules) {
  rules.onnx({"Attention"}, importAttention, /*since=*/23);
  rules.onnx({"ai.onnx.preview.FlexAttention"}, importFlexAttention);
}
