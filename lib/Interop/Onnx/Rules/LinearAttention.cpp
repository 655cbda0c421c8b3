//===- LinearAttention.cpp - layers that carry a state along the sequence -===//
#include "Graph/Shared/Window.h"
#include "Interop/Aten/Rules/Recurrent.h"
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Concat.h"
#include "graph-opt/Dialect/Graph/Ops/Convolution.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
#include "graph-opt/Dialect/Graph/Ops/Matmul.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
/// The operator's arguments. The state of a head is a matrix: a step lets it decay, writes the key's product with the value to it, and
/// reads by the query.
struct LinearAttention {
  LinearAttention(ImportCall &call) : call(call) {}
  LogicalResult read();
  Value overTime(Value x, int64_t heads);
  aten::Step step(ArrayRef<Expr> lines, Expr state);
  LogicalResult import();

  ImportCall &call;
  Value query, key, value, past, decay, beta;
  int64_t heads = 1, keyHeads = 1;
  double scale = 1;
  bool decays = false, corrects = false;
};
} // namespace

LogicalResult LinearAttention::read() {
  auto q = call.tensor("query"), k = call.tensor("key"), v = call.tensor("value");
  auto state = call.optionalTensor("past_state"), decayArg = call.optionalTensor("decay"), betaArg = call.optionalTensor("beta");
  auto queryCount = call.integer("q_num_heads"), keyCount = call.integer("kv_num_heads");
  auto rule = call.string("update_rule");
  auto factor = call.number("scale");
  if (failed(q) || failed(k) || failed(v) || failed(state) || failed(decayArg) || failed(betaArg) || failed(queryCount) ||
      failed(keyCount) || failed(rule) || failed(factor))
    return failure();
  query = *q, key = *k, value = *v, past = *state, decay = *decayArg, beta = *betaArg, heads = *queryCount, keyHeads = *keyCount;
  decays = *rule == "gated" || *rule == "gated_delta", corrects = *rule == "delta" || *rule == "gated_delta";
  if (*rule != "linear" && !decays && !corrects)
    return call.unsupported("the rule '" + *rule + "'");
  if (decays != static_cast<bool>(decay) || corrects != static_cast<bool>(beta))
    return call.unsupported("expected decay with a gated rule only, and beta with a delta rule only");
  if (rankOf(query) != 3 || rankOf(key) != 3 || rankOf(value) != 3 || keyHeads < 1 || heads < 1 || heads % keyHeads != 0)
    return call.unsupported("expected tensors of rank 3, and heads of the query in groups for each of the key");
  int64_t size = aten::typeOf(query).getDimSize(2);
  if (*factor == 0 && size < heads)
    return call.unsupported("expected a known size of the heads, or a scale");
  scale = *factor == 0 ? 1 / std::sqrt(static_cast<double>(size / heads)) : *factor;
  return success();
}

/// [batch, time, heads * size] as [time, batch, heads, size].
Value LinearAttention::overTime(Value x, int64_t count) {
  OpBuilder &b = call.builder;
  SmallVector<OpFoldResult> sizes = sizesOf(call, x);
  Value apart = aten::reshape(call, call.cast(x, computeType(query)), {sizes[0], sizes[1], b.getIndexAttr(count), b.getIndexAttr(-1)});
  return graph::TransposeOp::create(b, call.loc, apart, ArrayRef<int64_t>{1, 0, 2, 3});
}

aten::Step LinearAttention::step(ArrayRef<Expr> lines, Expr state) {
  OpBuilder &b = call.builder;
  ExprBuilder &g = *state.g;
  auto multiply = [&](Expr x, Expr y) { return g(graph::MatmulOp::create(b, call.loc, x, y)); };
  Expr row = g.unsqueeze(lines[1], {2}), column = g.unsqueeze(lines[1], {3}), written = g.unsqueeze(lines[2], {2});
  const Expr *next = lines.begin() + 3;
  if (decays)
    state = state * g.unsqueeze(exp(*next++), {3});
  if (corrects) // what the key reads already is not written again
    written = g.unsqueeze(*next, {3}) * (written - multiply(row, state));
  state = state + column * written;
  // The query's heads in groups, one for each head of the key.
  SmallVector<OpFoldResult> sizes = sizesOf(call, lines[0]), grouped = sizes;
  grouped[1] = b.getIndexAttr(keyHeads);
  grouped.insert(grouped.begin() + 2, b.getIndexAttr(heads / keyHeads));
  Expr read = multiply(g(aten::reshape(call, lines[0], grouped)), state) * scale;
  sizes[2] = sizesOf(call, lines[2])[2];
  return {{state}, g(aten::reshape(call, read, sizes))};
}

LogicalResult LinearAttention::import() {
  if (failed(read()))
    return failure();
  OpBuilder &b = call.builder;
  SmallVector<Value> sequences = {overTime(query, heads), overTime(key, keyHeads), overTime(value, keyHeads)};
  if (decays)
    sequences.push_back(overTime(decay, keyHeads));
  if (corrects)
    sequences.push_back(overTime(beta, aten::typeOf(beta).getDimSize(2) == 1 ? 1 : keyHeads));
  OpFoldResult batch = sizesOf(call, query)[0], size = sizesOf(call, sequences[2])[3];
  Value start = past ? call.cast(past, computeType(query))
                     : aten::full(call, ExprBuilder(b, call.loc).number(0, computeType(query)),
                                  {batch, b.getIndexAttr(keyHeads), sizesOf(call, sequences[1])[3], size});
  aten::Walk walk = aten::walkTime(call, sequences, start, {batch, b.getIndexAttr(heads), size}, /*backwards=*/false,
                                   [&](Value, ArrayRef<Expr> lines, ArrayRef<Expr> states) { return step(lines, states[0]); });
  Value y = graph::TransposeOp::create(b, call.loc, walk.outputs, ArrayRef<int64_t>{1, 0, 2, 3});
  SmallVector<OpFoldResult> sizes = sizesOf(call, query);
  sizes[2] = b.getIndexAttr(-1);
  return call.yield(
      {call.cast(aten::reshape(call, y, sizes), elementOf(query)), call.cast(walk.states[0], elementOf(past ? past : query))});
}

/// Each channel under a filter of its own that sees no later element. The state is what the filter sees before the first.
static LogicalResult importCausalConvolution(ImportCall &call) {
  auto x = call.tensor("input"), w = call.tensor("weight");
  auto bias = call.optionalTensor("bias"), past = call.optionalTensor("past_state");
  auto activation = call.string("activation");
  if (failed(x) || failed(w) || failed(bias) || failed(past) || failed(activation))
    return failure();
  bool isGated = *activation == "silu" || *activation == "swish";
  if (!isGated && *activation != "none")
    return call.unsupported("the activation '" + *activation + "'");
  RankedTensorType type = aten::typeOf(*w);
  if (rankOf(*x) != 3 || type.getRank() != 3 || !type.hasStaticShape() || type.getDimSize(2) < 1)
    return call.unsupported("expected x of rank 3, and a filter of static sizes for each channel");
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  OpFoldResult reach = b.getIndexAttr(type.getDimSize(2) - 1);
  SmallVector<OpFoldResult> sizes = sizesOf(call, *x);
  Value before = *past ? *past : aten::full(call, g.number(0, elementOf(*x)), {sizes[0], sizes[1], reach});
  Value all = graph::ConcatOp::create(b, call.loc, ValueRange{before, *x}, 2);
  const int64_t none[] = {0}, one[] = {1};
  Value y = graph::ConvolutionOp::create(b, call.loc, all, *w, one, none, none, one, one, type.getDimSize(0));
  y = addChannels(b, call.loc, y, *bias);
  if (isGated)
    y = call.cast(graph::SiluOp::create(b, call.loc, call.cast(y, computeType(y))), elementOf(*x));
  return call.yield({y, part(call, all, 2, sizes[2], reach)});
}

void graphopt::registerOnnxLinearAttentionRules(ImportRules &rules) {
  rules.onnx({"LinearAttention"}, [](ImportCall &call) { return LinearAttention(call).import(); });
  rules.onnx({"CausalConvWithState"}, importCausalConvolution);
}
