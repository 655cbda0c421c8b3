//===- Attention.cpp - attention, and what torch.compile makes of it ------===//
//
// On a CPU, torch chooses the kernel of scaled_dot_product_attention before a backend sees the graph, and its gradient with it:
// FlashAttention-2 (arXiv:2307.08691), whose forward keeps the logarithm of each row's sum of weights for the backward.
//
//===----------------------------------------------------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Attention.h"
#include "Graph/Shared/AttentionSteps.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Linear.h"
#include "graph-opt/Dialect/Graph/Ops/Matmul.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"

using namespace mlir;
using namespace graphopt;

namespace {
constexpr double infinity = std::numeric_limits<double>::infinity();

/// The arguments that all forms share.
struct Attention {
  Value query, key, value, mask;
  double scale;
  int64_t group; ///< how many heads of queries one of keys serves
  bool isCausal;

  static FailureOr<Attention> read(ImportCall &call);
  Value create(ImportCall &call) const {
    // A row that the mask leaves no key gives zeros, as torch has it. A causal row always sees its first key.
    bool isSafe = static_cast<bool>(mask);
    return graph::AttentionOp::create(call.builder, call.loc, query, key, value, mask, llvm::APFloat(scale), group, isCausal, isSafe);
  }
  /// [..., rows, keys], in the type of computation, where heads are not grouped.
  Expr scores(ExprBuilder &g) const;
};

/// How many heads of queries each of keys serves; failure where that is not known.
FailureOr<int64_t> groupOf(RankedTensorType query, RankedTensorType key) {
  int64_t axis = query.getRank() - 3;
  if (axis < 0 || query.isDynamicDim(axis) || key.isDynamicDim(axis) || key.getDimSize(axis) < 1 ||
      query.getDimSize(axis) % key.getDimSize(axis) != 0)
    return failure();
  return query.getDimSize(axis) / key.getDimSize(axis);
}

FailureOr<Attention> Attention::read(ImportCall &call) {
  auto query = call.tensor("query"), key = call.tensor("key"), value = call.tensor("value");
  auto mask = call.optionalTensor("attn_mask");
  auto dropout = call.number("dropout_p", 0), scale = call.number("scale", 0);
  auto isCausal = call.boolean("is_causal", false), isGrouped = call.boolean("enable_gqa", false);
  if (failed(query) || failed(key) || failed(value) || failed(mask) || failed(dropout) || failed(scale) || failed(isCausal) ||
      failed(isGrouped))
    return failure();
  if (*dropout != 0)
    return call.unsupported("dropout in training draws random numbers; export the model in eval mode");
  RankedTensorType type = aten::typeOf(*query), keyType = aten::typeOf(*key);
  int64_t rank = type.getRank();
  if (rank < 2 || keyType.getRank() != rank || aten::rankOf(*value) != rank)
    return call.unsupported("expected matrices of queries, keys and values of one rank");
  if (!call.has("scale") && type.isDynamicDim(rank - 1))
    return call.unsupported("expected a static size of the queries, or a scale");
  FailureOr<int64_t> group = groupOf(type, keyType);
  if (*isGrouped && failed(group))
    return call.unsupported("expected heads of queries in groups of a known size");
  if (!call.has("scale"))
    *scale = 1 / std::sqrt(static_cast<double>(type.getDimSize(rank - 1)));
  if (*mask && !aten::typeOf(*mask).getElementType().isInteger(1))
    *mask = call.cast(*mask, type.getElementType());
  return Attention{*query, *key, *value, *mask, *scale, *isGrouped ? *group : 1, *isCausal};
}

Expr transposed(Expr x) {
  SmallVector<int64_t> order = llvm::to_vector(llvm::seq<int64_t>(0, x.getType().getRank()));
  std::swap(order[order.size() - 1], order[order.size() - 2]);
  return (*x.g)(graph::TransposeOp::create(x.g->b, x.g->loc, x, order));
}

Expr product(Expr a, Expr b) { return (*a.g)(graph::MatmulOp::create(a.g->b, a.g->loc, a, b)); }

Expr Attention::scores(ExprBuilder &g) const {
  Type wide = aten::computeType(query);
  Expr products = product(g.cast(g(query), wide), transposed(g.cast(g(key), wide)));
  return maskScores(products * scale, query, key, mask, isCausal);
}

LogicalResult importAttention(ImportCall &call) {
  FailureOr<Attention> attention = Attention::read(call);
  return failed(attention) ? failure() : call.yield(attention->create(call));
}

/// This kernel groups heads without being told.
FailureOr<Attention> readFlash(ImportCall &call) {
  FailureOr<Attention> flash = Attention::read(call);
  if (succeeded(flash))
    if (FailureOr<int64_t> group = groupOf(aten::typeOf(flash->query), aten::typeOf(flash->key)); succeeded(group))
      flash->group = *group;
  return flash;
}

LogicalResult importForward(ImportCall &call) {
  FailureOr<Attention> flash = readFlash(call);
  if (failed(flash))
    return failure();
  Value y = flash->create(call);
  if (flash->group != 1)
    return call.yield({y, Value()}); // there is no gradient of it
  ExprBuilder g(call.builder, call.loc);
  // Dropped where no backward reads it.
  Expr scores = flash->scores(g);
  int64_t last = scores.getType().getRank() - 1;
  Expr most = g.reduceMax(scores, {last}, /*keepDims=*/true);
  Expr total = g.sum(exp(scores - most), {last}, /*keepDims=*/false);
  Expr logSum = log(total) + g.reduceMax(scores, {last}, /*keepDims=*/false);
  return call.yield({y, logSum});
}

LogicalResult importBackward(ImportCall &call) {
  FailureOr<Attention> flash = readFlash(call);
  auto gradient = call.tensor("grad_out"), output = call.tensor("out"), logSum = call.tensor("logsumexp");
  if (failed(flash) || failed(gradient) || failed(output) || failed(logSum))
    return failure();
  if (flash->group != 1)
    return call.unsupported("the gradient of attention with heads in groups");
  ExprBuilder g(call.builder, call.loc);
  Type element = aten::typeOf(flash->query).getElementType(), wide = aten::computeType(element);
  auto widened = [&](Value x) { return g.cast(g(x), wide); };
  int64_t last = aten::rankOf(flash->query) - 1;
  Expr dy = widened(*gradient), rowSum = widened(aten::insertAxis(call, *logSum, last));
  // A row without a key has a sum of 0, or none that means anything: its weights are 0.
  Expr scores = flash->scores(g);
  Expr isEmpty = g.reduceMax(scores, {last}, /*keepDims=*/true) == -infinity;
  Expr weights = select(isEmpty, g.number(0, wide), exp(scores - rowSum));
  Expr inner = g.sum(dy * widened(*output), {last}, /*keepDims=*/true);
  Expr dScores = weights * (product(dy, transposed(widened(flash->value))) - inner) * flash->scale;
  auto narrowed = [&](Expr x) -> Value { return g.cast(x, element); };
  return call.yield({narrowed(product(dScores, widened(flash->key))), narrowed(product(transposed(dScores), widened(flash->query))),
                     narrowed(product(transposed(weights), dy))});
}

/// What torch makes of nn.MultiheadAttention in eval mode: projections, attention in heads, and a projection.
LogicalResult importMultiHeadAttention(ImportCall &call) {
  OpBuilder &b = call.builder;
  SmallVector<Value> given;
  for (StringRef name : {"query", "key", "value", "qkv_weight", "qkv_bias", "proj_weight", "proj_bias"}) {
    auto tensor = call.tensor(name);
    if (failed(tensor))
      return failure();
    given.push_back(*tensor);
  }
  auto width = call.integer("embed_dim"), heads = call.integer("num_head");
  auto needsWeights = call.boolean("need_weights", true);
  if (failed(width) || failed(heads) || failed(needsWeights))
    return failure();
  if (*needsWeights || call.has("mask"))
    return call.unsupported("expected attention without a mask whose weights are not asked for");
  if (*heads < 1 || *width < 1 || *width % *heads != 0 || aten::rankOf(given[0]) != 3 || aten::rankOf(given[1]) != 3 ||
      aten::rankOf(given[2]) != 3)
    return call.unsupported("expected [batch, length, width] and a width that the heads divide");
  SmallVector<Value> inHeads;
  for (int64_t i = 0; i < 3; ++i) {
    OpFoldResult from = b.getIndexAttr(i * *width), size = b.getIndexAttr(*width);
    Value weight = aten::part(call, given[3], 0, from, size), bias = aten::part(call, given[4], 0, from, size);
    Value projected = graph::LinearOp::create(b, call.loc, given[i], weight, bias);
    SmallVector<OpFoldResult> sizes = aten::sizesOf(call, projected);
    Value parts = aten::reshape(call, projected, {sizes[0], sizes[1], b.getIndexAttr(*heads), b.getIndexAttr(*width / *heads)});
    inHeads.push_back(graph::TransposeOp::create(b, call.loc, parts, ArrayRef<int64_t>{0, 2, 1, 3}));
  }
  double scale = 1 / std::sqrt(static_cast<double>(*width / *heads));
  Value attended = graph::AttentionOp::create(b, call.loc, inHeads[0], inHeads[1], inHeads[2], Value(), llvm::APFloat(scale), 1,
                                              /*causal=*/false, /*safe=*/false);
  Value together = graph::TransposeOp::create(b, call.loc, attended, ArrayRef<int64_t>{0, 2, 1, 3});
  Value y = graph::LinearOp::create(b, call.loc, aten::reshape(call, together, aten::sizesOf(call, given[0])), given[5], given[6]);
  return call.yield({y, Value()});
}

LogicalResult importSafeSoftmax(ImportCall &call) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  auto axis = aten::axisOf(call, "dim", *x);
  if (failed(axis))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Expr wide = call.resultElementType() ? g.cast(g(*x), call.resultElementType()) : g(*x);
  return call.yield(Value(safeSoftmax(wide, *axis)));
}
} // namespace

void graphopt::registerAtenAttentionRules(ImportRules &rules) {
  rules.aten({"scaled_dot_product_attention.default"}, importAttention);
  rules.aten({"_scaled_dot_product_flash_attention_for_cpu.default"}, importForward);
  rules.aten({"_scaled_dot_product_flash_attention_for_cpu_backward.default"}, importBackward);
  rules.aten({"_native_multi_head_attention.default"}, importMultiHeadAttention);
  rules.aten({"_safe_softmax.default"}, importSafeSoftmax);
}
