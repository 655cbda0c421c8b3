//===- Quantized.cpp - products of quantised tensors ----------------------===//
//
// Sums of products are exact, in 32 bits.
//
//===----------------------------------------------------------------------===//
#include "Interop/Onnx/Rules/Window.h"
#include "graph-opt/Dialect/Graph/Ops/Matmul.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
/// How numbers that belong to parts of a tensor broadcast against it: a vector's are those of the last axis, unless they are reshaped.
using Spread = Value (*)(const ImportCall &call, Value vector, int64_t rank);

/// Numbers of the rows of a matrix.
Value alongRows(const ImportCall &call, Value vector, int64_t rank) {
  return rankOf(vector) == 1 && rank > 1 ? aten::insertAxis(call, vector, 1) : vector;
}
Value alongColumns(const ImportCall &, Value vector, int64_t) { return vector; }
/// Numbers of the filters of a convolution, or of the channels that they make.
Value alongFilters(const ImportCall &call, Value vector, int64_t rank) {
  SmallVector<OpFoldResult> sizes(rank, call.builder.getIndexAttr(1));
  if (rankOf(vector) == 1)
    sizes[0] = sizesOf(call, vector)[0];
  return rankOf(vector) == 1 ? aten::reshape(call, vector, sizes) : vector;
}

/// An operand, less its zero point, which may be absent.
FailureOr<Value> readOperand(const ImportCall &call, StringRef name, StringRef zeroName, Spread spread) {
  auto x = call.tensor(name);
  auto zeroPoint = call.optionalTensor(zeroName);
  if (failed(x) || failed(zeroPoint))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  auto exact = [&](Value value) { return g(call.cast(value, call.builder.getI32Type())); };
  return *zeroPoint ? Value(exact(*x) - exact(spread(call, *zeroPoint, rankOf(*x)))) : Value(exact(*x));
}

FailureOr<Value> multiply(const ImportCall &call, StringRef a, StringRef b) {
  auto left = readOperand(call, a, "a_zero_point", alongRows), right = readOperand(call, b, "b_zero_point", alongColumns);
  if (failed(left) || failed(right))
    return failure();
  return graph::MatmulOp::create(call.builder, call.loc, *left, *right).getResult();
}

/// With the bias of its filters, where there is one.
FailureOr<Value> convolveOperands(ImportCall &call) {
  auto x = readOperand(call, "x", "x_zero_point", alongColumns), w = readOperand(call, "w", "w_zero_point", alongFilters);
  auto bias = call.optionalTensor("B");
  if (failed(x) || failed(w) || failed(bias))
    return failure();
  if (rankOf(*x) < 3 || rankOf(*w) != rankOf(*x))
    return call.unsupported("expected x and w of one rank, at least 3");
  return onnx::convolve(call, *x, *w, *bias);
}

/// Sums of products at the scale of the result: each scale by its name, and by what it belongs to.
LogicalResult yieldQuantised(ImportCall &call, FailureOr<Value> sums, std::array<std::pair<StringRef, Spread>, 3> scales) {
  auto zeroPoint = call.tensor("y_zero_point");
  if (failed(sums) || failed(zeroPoint))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  int64_t rank = rankOf(*sums);
  SmallVector<Expr> factors;
  for (auto [name, spread] : scales) {
    auto scale = call.tensor(name);
    if (failed(scale))
      return failure();
    factors.push_back(g(call.cast(spread(call, *scale, rank), call.builder.getF32Type())));
  }
  Expr y = g(call.cast(*sums, call.builder.getF32Type())) * (factors[0] * factors[1] / factors[2]);
  return call.yield(Value(quantise(y, scales[2].second(call, *zeroPoint, rank), elementOf(*zeroPoint))));
}
} // namespace

void graphopt::registerOnnxQuantizedRules(ImportRules &rules) {
  rules.onnx({"MatMulInteger"}, [](ImportCall &call) -> LogicalResult {
    FailureOr<Value> y = multiply(call, "A", "B");
    return failed(y) ? failure() : call.yield(*y);
  });
  rules.onnx({"ConvInteger"}, [](ImportCall &call) -> LogicalResult {
    FailureOr<Value> y = convolveOperands(call);
    return failed(y) ? failure() : call.yield(*y);
  });
  rules.onnx({"QLinearMatMul"}, [](ImportCall &call) {
    return yieldQuantised(call, multiply(call, "a", "b"), {{{"a_scale", alongRows}, {"b_scale", alongColumns}, {"y_scale", alongRows}}});
  });
  rules.onnx({"QLinearConv"}, [](ImportCall &call) {
    auto ofSpace = [](const ImportCall &at, Value vector, int64_t rank) { return alongFilters(at, vector, rank - 1); };
    return yieldQuantised(call, convolveOperands(call), {{{"x_scale", ofSpace}, {"w_scale", ofSpace}, {"y_scale", ofSpace}}});
  });
}
