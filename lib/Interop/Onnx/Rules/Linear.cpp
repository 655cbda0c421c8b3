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
/// Of the last rows of matrices, and some of their columns: the sum over the first of these rows.
Expr minor(ImportCall &call, Expr x, int64_t row, ArrayRef<int64_t> columns) {
  OpBuilder &b = call.builder;
  std::optional<Expr> total;
  int64_t rank = rankOf(x);
  OpFoldResult one = b.getIndexAttr(1);
  Value line = aten::part(call, x, rank - 2, b.getIndexAttr(row), one);
  for (auto [i, column] : llvm::enumerate(columns)) {
    Expr term = (*x.g)(aten::part(call, line, rank - 1, b.getIndexAttr(column), one));
    if (columns.size() > 1) {
      SmallVector<int64_t> others(columns);
      others.erase(others.begin() + i);
      term = term * minor(call, x, row + 1, others);
    }
    total = !total ? term : i % 2 ? *total - term : *total + term;
  }
  return *total;
}

/// By minors: the number of terms is the factorial of the size.
LogicalResult importDeterminant(ImportCall &call) {
  constexpr int64_t mostRows = 4;
  auto x = call.tensor("X");
  if (failed(x))
    return failure();
  int64_t rank = rankOf(*x), size = rank < 2 ? -1 : aten::typeOf(*x).getDimSize(rank - 1);
  if (size < 1 || size > mostRows || aten::typeOf(*x).getDimSize(rank - 2) != size)
    return call.unsupported("expected square matrices of a static size of at most " + Twine(mostRows));
  ExprBuilder g(call.builder, call.loc);
  Expr y = minor(call, g(call.cast(*x, computeType(*x))), 0, llvm::to_vector(llvm::seq<int64_t>(0, size)));
  Value scalars = aten::reshape(call, y, ArrayRef(sizesOf(call, *x)).drop_back(2));
  return call.yield(call.cast(scalars, elementOf(*x)));
}
} // namespace

void graphopt::registerOnnxLinearRules(ImportRules &rules) {
  rules.onnx({"Gemm"}, importGemm);
  rules.onnx({"Det"}, importDeterminant);
  rules.onnx({"Einsum"}, [](ImportCall &call) { return aten::importEinsum(call, "Inputs"); });
}
