//===- Creation.cpp - tensors from numbers and sizes, and other types -----===//
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Bitcast.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"
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

/// A number of any type as a size.
FailureOr<OpFoldResult> asSize(ImportCall &call, Value number) {
  if (auto elements = knownElements(number); elements && elements->size() == 1)
    if (std::optional<double> known = knownNumber(elements->front()); known && std::abs(*known) < 0x1p53)
      return OpFoldResult(call.builder.getIndexAttr(static_cast<int64_t>(*known)));
  ImportCall inner(call.builder, call.loc, call.name);
  bool isFloat = isa<FloatType>(elementOf(number));
  inner.args.push_back({"size", ImportArg{isFloat ? call.cast(number, call.builder.getI64Type()) : number}});
  return inner.size("size");
}

LogicalResult importRange(ImportCall &call) {
  auto start = call.tensor("start"), limit = call.tensor("limit"), delta = call.tensor("delta");
  if (failed(start) || failed(limit) || failed(delta))
    return failure();
  OpBuilder &b = call.builder;
  Type type = elementOf(*start);
  ExprBuilder g(b, call.loc);
  OpFoldResult count;
  auto known = [](Value x) { return knownElements(x); };
  auto first = known(*start), last = known(*limit), step = known(*delta);
  if (first && last && step && knownNumber((*first)[0]) && knownNumber((*last)[0]) && knownNumber((*step)[0])) {
    double by = *knownNumber((*step)[0]), number = std::ceil((*knownNumber((*last)[0]) - *knownNumber((*first)[0])) / by);
    if (by == 0 || !(number < 0x1p40))
      return emitError(call.loc) << "'Range': expected a delta that leads to the limit, got " << by;
    count = b.getIndexAttr(static_cast<int64_t>(std::max(number, 0.0)));
  } else if (isa<FloatType>(type)) {
    auto number = [&](Value x) { return g(call.cast(x, computeType(x))); };
    Expr steps = g(graph::CeilOp::create(b, call.loc, (number(*limit) - number(*start)) / number(*delta)));
    auto size = asSize(call, max(steps, 0));
    if (failed(size))
      return failure();
    count = *size;
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
  Type compute = computeType(*start);
  Expr i = g(graph::IotaOp::create(b, call.loc, compute, ArrayRef<OpFoldResult>(count), 0));
  return call.yield(call.cast(i * g(call.cast(*delta, compute)) + g(call.cast(*start, compute)), type));
}

LogicalResult importOneHot(ImportCall &call) {
  auto indices = call.tensor("indices"), values = call.tensor("values"), number = call.tensor("depth");
  if (failed(indices) || failed(values) || failed(number))
    return failure();
  auto depth = asSize(call, *number);
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
  rules.onnx({"BitCast"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("input");
    auto type = elementTypeArg(call, "to");
    if (failed(x) || failed(type))
      return failure();
    bool isByte = elementOf(*x).isInteger(1) && type->getIntOrFloatBitWidth() == 8; // of a truth value
    return call.yield(isByte ? call.cast(*x, *type) : graph::BitcastOp::create(call.builder, call.loc, *x, *type).getResult());
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
