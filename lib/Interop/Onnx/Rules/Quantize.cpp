//===- Quantize.cpp - numbers as integers with a scale and a zero point ---===//
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

Expr onnx::quantise(Expr x, Value zeroPoint, Type type) {
  ExprBuilder &g = *x.g;
  Expr whole = g.cast(g(graph::RoundOp::create(g.b, g.loc, x)), g.b.getF32Type());
  if (zeroPoint)
    whole = whole + g.cast(g(zeroPoint), g.b.getF32Type());
  return g.cast(whole, type); // which bounds it by the type's range
}

namespace {
/// Scales or zero points as they broadcast against x: there is one for all of it, one for each entry of an axis, or one for each block of
/// entries along it.
FailureOr<Value> spread(const ImportCall &call, Value given, Value x) {
  OpBuilder &b = call.builder;
  if (rankOf(given) == 0)
    return given;
  auto block = call.integer("block_size", 0);
  if (failed(block))
    return failure();
  if (*block == 0 && aten::typeOf(given).getShape() == ArrayRef<int64_t>{1})
    return aten::reshape(call, given, {});
  if (!call.has("axis"))
    return call.unsupported("expected one scale of rank 0, got rank " + Twine(rankOf(given)));
  auto axis = call.axis("axis", rankOf(x));
  if (failed(axis))
    return failure();
  if (*block > 0 && rankOf(given) == rankOf(x)) {
    Value one = aten::insertAxis(call, given, *axis + 1);
    SmallVector<OpFoldResult> apart = sizesOf(call, one), sizes = sizesOf(call, given);
    apart[*axis + 1] = b.getIndexAttr(*block);
    sizes[*axis] = product(call, {sizes[*axis], b.getIndexAttr(*block)});
    Value all = aten::reshape(call, graph::BroadcastOp::create(b, call.loc, one, apart), sizes);
    return part(call, all, *axis, b.getIndexAttr(0), sizesOf(call, x)[*axis]); // the last block may be shorter
  }
  if (*block != 0 || rankOf(given) != 1)
    return call.unsupported("expected a scale of rank 0 or 1, or of x's rank and a block size above 0");
  SmallVector<OpFoldResult> sizes(rankOf(x), b.getIndexAttr(1));
  sizes[*axis] = sizesOf(call, given)[0];
  return aten::reshape(call, given, sizes);
}

/// The zero point, or null.
FailureOr<Value> readZeroPoint(const ImportCall &call, StringRef name, Value x) {
  auto given = call.optionalTensor(name);
  return failed(given) || !*given ? given : spread(call, *given, x);
}

/// round(x / scale) + zero point, within the range of the result's type.
LogicalResult importQuantize(ImportCall &call) {
  auto x = call.tensor("x"), given = call.tensor("y_scale");
  if (failed(x) || failed(given))
    return failure();
  auto scale = spread(call, *given, *x), zeroPoint = readZeroPoint(call, "y_zero_point", *x);
  if (failed(scale) || failed(zeroPoint))
    return failure();
  OpBuilder &b = call.builder;
  Type absent = *zeroPoint ? elementOf(*zeroPoint) : IntegerType::get(b.getContext(), 8, IntegerType::Unsigned);
  auto type = elementTypeArg(call, "output_dtype", absent), precision = elementTypeArg(call, "precision", elementOf(*scale));
  if (failed(type) || failed(precision))
    return failure();
  if (*zeroPoint && elementOf(*zeroPoint) != *type)
    return call.unsupported("expected a zero point of the type of the result");
  ExprBuilder g(b, call.loc);
  Expr quotient = g(call.cast(*x, *precision)) / g(call.cast(*scale, *precision));
  return call.yield(Value(quantise(quotient, *zeroPoint, *type)));
}

/// (x - zero point) * scale.
LogicalResult importDequantize(ImportCall &call) {
  auto x = call.tensor("x"), given = call.tensor("x_scale");
  if (failed(x) || failed(given))
    return failure();
  auto scale = spread(call, *given, *x), zeroPoint = readZeroPoint(call, "x_zero_point", *x);
  auto type = elementTypeArg(call, "output_dtype", elementOf(*given));
  if (failed(scale) || failed(zeroPoint) || failed(type))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  auto number = [&](Value of) { return g(call.cast(of, call.builder.getF32Type())); };
  Expr offset = *zeroPoint ? number(*x) - number(*zeroPoint) : number(*x);
  return call.yield(call.cast(offset * number(*scale), *type));
}

/// To 8 bits without a sign, by the range of x and 0.
LogicalResult importDynamicQuantize(ImportCall &call) {
  auto given = call.tensor("x");
  if (failed(given))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Expr x = g(*given);
  SmallVector<int64_t> axes = llvm::to_vector(llvm::seq<int64_t>(0, rankOf(x)));
  Expr high = max(g.reduceMax(x, axes, /*keepDims=*/false), 0), low = -max(g.reduceMax(-x, axes, /*keepDims=*/false), 0);
  Expr scale = select(high == low, numberLike(1, x), high - low) / 255.0;
  Type type = IntegerType::get(b.getContext(), 8, IntegerType::Unsigned);
  Expr zeroPoint = quantise(-(low / scale), Value(), type);
  return call.yield({quantise(x / scale, zeroPoint, type), scale, zeroPoint});
}
} // namespace

void graphopt::registerOnnxQuantizeRules(ImportRules &rules) {
  rules.onnx({"QuantizeLinear"}, importQuantize);
  rules.onnx({"DequantizeLinear"}, importDequantize);
  rules.onnx({"DynamicQuantizeLinear"}, importDynamicQuantize);
}
