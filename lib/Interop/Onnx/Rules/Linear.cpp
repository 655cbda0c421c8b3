//===- Linear.cpp - products of matrices and sums of products -------------===//
#include "graph-opt/Dialect/Graph/Ops/Linear.h"
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Matmul.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
Value transpose(ImportCall &call, Value x, ArrayRef<int64_t> permutation) {
  return graph::TransposeOp::create(call.builder, call.loc, x, permutation);
}

/// alpha * A * B + beta * C. With B as a linear layer has it, that is one.
LogicalResult importGemm(ImportCall &call) {
  auto a = call.tensor("A"), b = call.tensor("B");
  auto c = call.optionalTensor("C");
  auto alpha = call.number("alpha"), beta = call.number("beta");
  auto transA = call.boolean("transA"), transB = call.boolean("transB");
  if (failed(a) || failed(b) || failed(c) || failed(alpha) || failed(beta) || failed(transA) || failed(transB))
    return failure();
  if (rankOf(*a) != 2 || rankOf(*b) != 2)
    return emitError(call.loc) << "'Gemm': expected matrices";
  Value x = *transA ? transpose(call, *a, {1, 0}) : *a;
  bool isVector = *c && rankOf(*c) == 1 && aten::typeOf(*c).getDimSize(0) == aten::typeOf(*b).getDimSize(*transB ? 0 : 1);
  bool isFloat = isa<FloatType>(elementOf(x));
  if (isFloat && *transB && *alpha == 1 && *beta == 1 && (!*c || isVector))
    return call.yield(graph::LinearOp::create(call.builder, call.loc, x, *b, *c).getResult());
  ExprBuilder g(call.builder, call.loc);
  Value y = graph::MatmulOp::create(call.builder, call.loc, x, *transB ? transpose(call, *b, {1, 0}) : *b);
  Expr product = g(y);
  if (*alpha != 1)
    product = product * *alpha;
  if (*c)
    product = product + (*beta != 1 ? g(*c) * *beta : g(*c));
  return call.yield(Value(product));
}
} // namespace

void graphopt::registerOnnxLinearRules(ImportRules &rules) {
  rules.onnx({"Gemm"}, importGemm);
  rules.onnx({"Einsum"}, [](ImportCall &call) { return aten::importEinsum(call, "Inputs"); });
}
