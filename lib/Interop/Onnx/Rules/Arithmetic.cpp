//===- Arithmetic.cpp - elementwise operators of several operands ---------===//
#include "Interop/Onnx/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseUnary.h"

using namespace mlir;
using namespace graphopt;
using namespace graphopt::onnx;

namespace {
/// An operator of any number of tensors, pair by pair.
void addVariadic(ImportRules &rules, StringRef op, Value (*combine)(OpBuilder &, Location, Value, Value), bool isMean = false) {
  rules.onnx({op}, [=](ImportCall &call) -> LogicalResult {
    auto xs = call.tensors(call.args.front().first);
    if (failed(xs))
      return failure();
    if (xs->empty())
      return emitError(call.loc) << "'" << call.name << "': expected at least one tensor";
    Type type = elementOf(xs->front());
    Value y = xs->front();
    if (isMean) // rounded once
      y = call.cast(y, computeType(y));
    for (Value x : ArrayRef(*xs).drop_front())
      y = combine(call.builder, call.loc, y, isMean ? call.cast(x, computeType(x)) : x);
    if (isMean)
      y = ExprBuilder(call.builder, call.loc)(y) / static_cast<double>(xs->size());
    return call.yield(call.cast(y, type));
  });
}

template <typename Op> Value make(OpBuilder &b, Location loc, Value x, Value y) { return Op::create(b, loc, x, y); }

/// The result has the base's type, whatever the exponent's is.
LogicalResult importPow(ImportCall &call) {
  auto x = call.tensor("X"), y = call.tensor("Y");
  if (failed(x) || failed(y))
    return failure();
  Type type = elementOf(*x);
  bool isMixed = isa<IntegerType>(type) && isa<FloatType>(elementOf(*y)); // an integer to a power that may be a fraction
  Type common = isMixed ? elementOf(*y) : type;
  Value power = graph::PowOp::create(call.builder, call.loc, call.cast(*x, common), call.cast(*y, common));
  return call.yield(call.cast(power, type));
}

LogicalResult importMod(ImportCall &call) {
  auto a = call.tensor("A"), b = call.tensor("B");
  auto isC = call.boolean("fmod", false);
  if (failed(a) || failed(b) || failed(isC))
    return failure();
  return call.yield(*isC ? make<graph::RemOp>(call.builder, call.loc, *a, *b) : make<graph::ModOp>(call.builder, call.loc, *a, *b));
}

LogicalResult importShift(ImportCall &call) {
  auto x = call.tensor("X"), y = call.tensor("Y");
  auto direction = call.string("direction");
  if (failed(x) || failed(y) || failed(direction))
    return failure();
  if (*direction != "LEFT" && *direction != "RIGHT")
    return emitError(call.loc) << "'BitShift': expected LEFT or RIGHT, got " << *direction;
  return call.yield(*direction == "LEFT" ? make<graph::ShlOp>(call.builder, call.loc, *x, *y)
                                         : make<graph::ShrOp>(call.builder, call.loc, *x, *y));
}

LogicalResult importIsInf(ImportCall &call) {
  auto x = call.tensor("X");
  auto negative = call.boolean("detect_negative", true), positive = call.boolean("detect_positive", true);
  if (failed(x) || failed(negative) || failed(positive))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Expr isInfinite = g(graph::IsInfOp::create(call.builder, call.loc, *x)), value = g(*x), no = g.number(0, call.builder.getI1Type());
  if (!*positive)
    isInfinite = select(value > 0.0, no, isInfinite);
  if (!*negative)
    isInfinite = select(value < g.number(0, elementOf(*x)), no, isInfinite);
  return call.yield(Value(isInfinite));
}
} // namespace

void graphopt::registerOnnxArithmeticRules(ImportRules &rules) {
  addVariadic(rules, "Max", make<graph::MaxOp>);
  addVariadic(rules, "Min", make<graph::MinOp>);
  addVariadic(rules, "Sum", make<graph::AddOp>);
  addVariadic(rules, "Mean", make<graph::AddOp>, /*isMean=*/true);
  rules.onnx({"Pow"}, importPow);
  rules.onnx({"Mod"}, importMod);
  rules.onnx({"BitShift"}, importShift);
  rules.onnx({"IsInf"}, importIsInf);
  rules.onnx({"BitwiseNot"}, [](ImportCall &call) -> LogicalResult {
    auto x = call.tensor("X");
    return failed(x) ? failure() : call.yield(graph::NotOp::create(call.builder, call.loc, *x).getResult());
  });
}
