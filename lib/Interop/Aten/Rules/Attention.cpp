//===- Attention.cpp - fused attention of traces ---------------------------===//
#include "graph-opt/Dialect/Graph/Ops/Attention.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Linear.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"

using namespace mlir;
using namespace graphopt;

namespace {
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
} // namespace

void graphopt::registerAtenAttentionRules(ImportRules &rules) {
  rules.aten({"_native_multi_head_attention.default"}, importMultiHeadAttention);
}
