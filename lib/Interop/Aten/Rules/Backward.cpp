//===- Backward.cpp - gradients that graphs of training state -------------===//
//
// Where our op is what the operator differentiates, the gradient is the op's own. Those of pools and norms stand beside their operators.
//
//===----------------------------------------------------------------------===//
#include "Graph/Shared/Window.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Convolution.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Reduce.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// The cotangents of an input, filters and bias; `output_mask` says which of them are wanted.
LogicalResult importConvolutionBackward(ImportCall &call) {
  auto ct = call.tensor("grad_output"), x = call.tensor("input"), w = call.tensor("weight");
  auto isTransposed = call.boolean("transposed", false);
  auto mask = call.integers("output_mask");
  auto groups = call.integer("groups");
  if (failed(ct) || failed(x) || failed(w) || failed(isTransposed) || failed(mask) || failed(groups))
    return failure();
  int64_t rank = aten::rankOf(*w);
  if (mask->size() != 3 || rank < 3 || aten::rankOf(*x) != rank || aten::rankOf(*ct) != rank || *groups < 1)
    return call.unsupported("expected an input, filters and their result of one rank, and a mask of 3");
  size_t space = static_cast<size_t>(rank) - 2;
  auto strides = perAxis(call, "stride", space, 1), padding = perAxis(call, "padding", space, 0),
       dilations = perAxis(call, "dilation", space, 1);
  if (failed(strides) || failed(padding) || failed(dilations))
    return failure();
  OpBuilder &b = call.builder;
  SmallVector<int64_t> ones(space, 1);
  // A transposed convolution by w is the gradient of the plain one by w: the two swap the parts of input and cotangent.
  Value input = *isTransposed ? *ct : *x, cotangent = *isTransposed ? *x : *ct;
  auto plain = graph::ConvolutionOp::create(b, call.loc, input, *w, *strides, *padding, *padding, *dilations, ones, *groups);
  FailureOr<SmallVector<Value>> gradients = plain.buildGradient(b, ValueRange{cotangent});
  if (failed(gradients))
    return failure();
  SmallVector<Value> results(3);
  if ((*mask)[0])
    results[0] = *isTransposed ? plain.getResult() : (*gradients)[0];
  if ((*mask)[1])
    results[1] = (*gradients)[1];
  if ((*mask)[2]) {
    SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rank));
    axes.erase(axes.begin() + 1);
    results[2] = graph::ReduceSumOp::create(b, call.loc, *ct, axes);
  }
  return call.yield(results);
}

/// Cotangents of rows added up by their ids; the row `padding_idx` gets none.
LogicalResult importEmbeddingBackward(ImportCall &call) {
  auto ct = call.tensor("grad_output"), ids = call.tensor("indices");
  auto rows = call.size("num_weights");
  auto padding = call.integer("padding_idx");
  auto byCount = call.boolean("scale_grad_by_freq", false);
  if (failed(ct) || failed(ids) || failed(rows) || failed(padding) || failed(byCount))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Type element = aten::typeOf(*ct).getElementType();
  int64_t rank = aten::rankOf(*ids);
  Expr part = g(*ct), zero = g.number(0, element);
  if (*padding >= 0)
    part = select(g(aten::insertAxis(call, *ids, rank)) == static_cast<double>(*padding), zero, part);
  if (*byCount) {
    Type count = call.builder.getI64Type();
    Value none = aten::full(call, g.number(0, count), *rows), ones = aten::full(call, g.number(1, count), aten::sizesOf(call, *ids));
    Value counts = aten::scatter(call, none, *ids, ones, 0, aten::ScatterEffect::add);
    Value own = graph::GatherOp::create(g.b, g.loc, counts, *ids, int64_t(0));
    part = part / g.cast(g(aten::insertAxis(call, own, rank)), element);
  }
  Value zeros = aten::full(call, zero, {*rows, aten::sizesOf(call, *ct).back()});
  return call.yield(aten::scatter(call, zeros, *ids, part, 0, aten::ScatterEffect::add));
}
} // namespace

void graphopt::registerAtenBackwardRules(ImportRules &rules) {
  rules.aten({"convolution_backward.default"}, importConvolutionBackward);
  rules.aten({"embedding_dense_backward.default"}, importEmbeddingBackward);
}
