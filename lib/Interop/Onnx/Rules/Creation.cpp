//===- Creation.cpp - tensors from numbers and sizes, and other types -----===//
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Iota.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
LogicalResult importConstantOfShape(ImportCall &call) {
  auto sizes = call.sizes("input");
  if (failed(sizes))
    return failure();
  Value value;
  if (call.has("value")) {
    auto given = call.tensor("value");
    if (failed(given))
      return failure();
    value = aten::reshape(call, *given, {});
  } else {
    value = ExprBuilder(call.builder, call.loc).number(0, call.builder.getF32Type());
  }
  return call.yield(aten::full(call, value, *sizes));
}

LogicalResult importRange(ImportCall &call) {
  auto start = call.tensor("start"), limit = call.tensor("limit"), delta = call.tensor("delta");
  if (failed(start) || failed(limit) || failed(delta))
    return failure();
  OpBuilder &b = call.builder;
  Type type = elementOf(*start);
  OpFoldResult count;
  auto known = [](Value x) { return knownElements(x); };
  auto first = known(*start), last = known(*limit), step = known(*delta);
  if (first && last && step && knownNumber((*first)[0]) && knownNumber((*last)[0]) && knownNumber((*step)[0])) {
    double by = *knownNumber((*step)[0]), number = std::ceil((*knownNumber((*last)[0]) - *knownNumber((*first)[0])) / by);
    if (by == 0 || !(number < 0x1p40))
      return emitError(call.loc) << "'Range': expected a delta that leads to the limit, got " << by;
    count = b.getIndexAttr(static_cast<int64_t>(std::max(number, 0.0)));
  } else if (isa<FloatType>(type)) {
    return call.unsupported("floating-point bounds that are known only at run time");
  } else {
    auto index = [&](StringRef name) -> Value {
      auto size = call.size(name);
      return failed(size) ? Value() : getValueOrCreateConstantIndexOp(b, call.loc, *size);
    };
    Value from = index("start"), to = index("limit"), by = index("delta");
    if (!from || !to || !by)
      return failure();
    Value steps = b.createOrFold<arith::CeilDivSIOp>(call.loc, b.createOrFold<arith::SubIOp>(call.loc, to, from), by);
    count = getAsOpFoldResult(b.createOrFold<arith::MaxSIOp>(call.loc, steps, arith::ConstantIndexOp::create(b, call.loc, 0)));
  }
  ExprBuilder g(b, call.loc);
  Expr i = g(graph::IotaOp::create(b, call.loc, type, ArrayRef<OpFoldResult>(count), 0));
  return call.yield(Value(i * g(*delta) + g(*start)));
}

LogicalResult importOneHot(ImportCall &call) {
  auto indices = call.tensor("indices"), values = call.tensor("values"), count = call.tensor("depth");
  if (failed(indices) || failed(values) || failed(count))
    return failure();
  FailureOr<OpFoldResult> depth = OpFoldResult();
  if (isa<FloatType>(elementOf(*count))) {
    auto number = call.number("depth");
    if (failed(number))
      return failure();
    depth = OpFoldResult(call.builder.getIndexAttr(static_cast<int64_t>(*number)));
  } else {
    depth = call.size("depth");
  }
  if (failed(depth))
    return failure();
  auto axis = call.axis("axis", rankOf(*indices) + 1);
  if (failed(axis))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Expr ids = aten::fromEnd(call, g(call.cast(*indices, b.getI64Type())), *depth);
  Expr column = g(aten::positions(call, *depth, *axis, rankOf(*indices) + 1));
  auto value = [&](int64_t i) { return g(aten::reshape(call, part(call, *values, 0, b.getIndexAttr(i), b.getIndexAttr(1)), {})); };
  return call.yield(Value(select(g(aten::insertAxis(call, ids, *axis)) == column, value(1), value(0))));
}

LogicalResult importTrilu(ImportCall &call) {
  auto x = call.tensor("input");
  auto isUpper = call.boolean("upper", true);
  if (failed(x) || failed(isUpper))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Expr k = g.number(0, b.getI64Type());
  if (call.has("k")) {
    auto given = call.tensor("k");
    if (failed(given))
      return failure();
    k = g(aten::reshape(call, call.cast(*given, b.getI64Type()), {}));
  }
  int64_t rank = rankOf(*x);
  if (rank < 2)
    return emitError(call.loc) << "'Trilu': expected a matrix";
  SmallVector<OpFoldResult> sizes = sizesOf(call, *x);
  Expr row = g(aten::positions(call, sizes[rank - 2], 0, 2)) + k, column = g(aten::positions(call, sizes[rank - 1], 1, 2));
  Expr isOutside = *isUpper ? column < row : column > row;
  return call.yield(Value(select(isOutside, g.number(0, elementOf(*x)), g(*x))));
}
} // namespace

void graphopt::registerOnnxCreationRules(ImportRules &rules) {
  rules.onnx({"ConstantOfShape"}, importConstantOfShape);
  rules.onnx({"Range"}, importRange);
  rules.onnx({"OneHot"}, importOneHot);
  rules.onnx({"Trilu"}, importTrilu);
  rules.onnx({"Cast"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("input");
    auto type = elementTypeArg(call, "to");
    return failed(x) || failed(type) ? failure() : call.yield(call.cast(*x, *type));
  });
  rules.onnx({"CastLike"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("input"), like = call.tensor("target_type");
    return failed(x) || failed(like) ? failure() : call.yield(call.cast(*x, elementOf(*like)));
  });
  rules.onnx({"EyeLike"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("input");
    auto k = call.integer("k");
    if (failed(x) || failed(k))
      return failure();
    auto type = elementTypeArg(call, "dtype", elementOf(*x));
    if (failed(type) || rankOf(*x) != 2)
      return failed(type) ? failure() : emitError(call.loc) << "'EyeLike': expected a matrix";
    ExprBuilder g(call.builder, call.loc);
    SmallVector<OpFoldResult> sizes = sizesOf(call, *x);
    Expr row = g(aten::positions(call, sizes[0], 0, 2)) + static_cast<double>(*k), column = g(aten::positions(call, sizes[1], 1, 2));
    return call.yield(call.cast(row == column, *type));
  });
}
