//===- Scatter.cpp - elements and slices put into or added to a tensor ----===//
#include "graph-opt/Dialect/Graph/Ops/Scatter.h"
#include "Graph/Shared/IndexMath.h"
#include "Graph/Shared/Indexing.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/Cumulative.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/ScatterReduce.h"
#include "graph-opt/Dialect/Graph/Ops/Slice.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;
using Effect = aten::ScatterEffect;

Value aten::scatter(const ImportCall &call, Value x, Value indices, Value updates, int64_t axis, ScatterEffect effect) {
  OpBuilder &b = call.builder;
  Type element = aten::typeOf(x).getElementType(), counted = element.isInteger(1) && effect != Effect::put ? Type(b.getI64Type()) : element;
  x = call.cast(x, counted), updates = call.cast(updates, counted);
  auto create = [&](auto tag) -> Value { return decltype(tag)::create(b, call.loc, x, indices, updates, axis); };
  Value y = effect == Effect::put        ? create(graph::ScatterOp())
            : effect == Effect::add      ? create(graph::ScatterAddOp())
            : effect == Effect::multiply ? create(graph::ScatterProdOp())
            : effect == Effect::max      ? create(graph::ScatterMaxOp())
                                         : create(graph::ScatterMinOp());
  return call.cast(y, element);
}

Value aten::scatterAlong(const ImportCall &call, Value x, Value indices, Value updates, int64_t axis, ScatterEffect effect) {
  OpBuilder &b = call.builder;
  Value linear = linearPositions(b, call.loc, x, indices, axis);
  return unflatten(b, call.loc, scatter(call, flatten(b, call.loc, x), linear, updates, 0, effect), x);
}

namespace {
/// Puts updates into a tensor like x, at the places of one call.
using Put = llvm::function_ref<Value(Value into, Value updates, Effect)>;

FailureOr<Effect> effectOf(ImportCall &call) {
  auto mode = call.string("reduce");
  if (failed(mode))
    return failure();
  auto effect = llvm::StringSwitch<std::optional<Effect>>(*mode)
                    .Cases({"sum", "mean", "add"}, Effect::add)
                    .Cases({"prod", "multiply"}, Effect::multiply)
                    .Case("amax", Effect::max)
                    .Case("amin", Effect::min)
                    .Default(std::nullopt);
  return effect ? FailureOr<Effect>(*effect) : FailureOr<Effect>(call.unsupported("reducing by '" + *mode + "'"));
}

/// By the arguments `reduce` and `include_self`: without itself, an element that updates meet starts as one that changes nothing.
FailureOr<Value> reduceInto(ImportCall &call, Value x, Value updates, Put put) {
  auto effect = effectOf(call);
  auto includeSelf = call.boolean("include_self", true);
  if (failed(effect) || failed(includeSelf))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  Type element = aten::typeOf(x).getElementType(), count = call.builder.getI64Type();
  Expr ones = g.broadcastLike(g.number(1, count), g(updates)), none = g.broadcastLike(g.number(0, count), g(x));
  Expr start = g(x);
  if (!*includeSelf) {
    Expr isMet = g(put(none, ones, Effect::put)) == 1.0;
    bool isExtreme = *effect == Effect::max || *effect == Effect::min;
    constexpr double infinity = std::numeric_limits<double>::infinity();
    double neutral = *effect == Effect::max ? -infinity : *effect == Effect::min ? infinity : *effect == Effect::multiply ? 1 : 0;
    // Of integers one of the updates will do; of others it would get a share of the gradient of its own.
    bool isWhole = isExtreme && !isa<FloatType>(element);
    start = select(isMet, isWhole ? g(put(x, updates, Effect::put)) : g.number(neutral, element), start);
  }
  Expr y = g(put(start, updates, *effect));
  if (*call["reduce"].get<std::string>() != "mean")
    return Value(y);
  Expr self = *includeSelf ? g.broadcastLike(g.number(1, count), g(x)) : none;
  Expr number = g(put(self, ones, Effect::add));
  number = g(graph::MaxOp::create(g.b, g.loc, number, g.number(1, count)));
  if (isa<FloatType>(element))
    return Value(y / g.cast(number, element));
  Expr whole = g.cast(y, count), rest = g(graph::ModOp::create(g.b, g.loc, whole, number)); // rounds down
  return Value(g.cast((whole - rest) / number, element));
}

/// y[..., index[i, j, ...], ...] = source[i, j, ...] along an axis, or combined with it.
LogicalResult alongAxis(ImportCall &call, StringRef source, Effect effect) {
  auto x = call.tensor("self"), index = call.tensor("index");
  if (failed(x) || failed(index))
    return failure();
  auto axis = call.axis("dim", aten::rankOf(*x));
  auto given = call.tensorOrNumber(source, aten::typeOf(*x).getElementType());
  if (failed(axis) || failed(given))
    return failure();
  OpBuilder &b = call.builder;
  if (aten::typeOf(*index).hasStaticShape() && aten::typeOf(*index).getNumElements() == 0)
    return call.yield(*x);
  bool isNumber = !call[source].get<Value>();
  int64_t rank = std::max<int64_t>(aten::rankOf(*x), 1), ownRank = aten::rankOf(*x);
  for (Value *scalar : {&*x, &*index, &*given}) // a scalar is put into as a vector of one
    if (rank == 1 && aten::rankOf(*scalar) == 0 && !(isNumber && scalar == &*given))
      *scalar = aten::insertAxis(call, *scalar, 0);
  if (aten::rankOf(*index) != rank)
    return call.unsupported("expected an index of the tensor's rank");
  SmallVector<OpFoldResult> count = aten::sizesOf(call, *index);
  Value updates = *given;
  if (isNumber)
    updates = graph::BroadcastOp::create(b, call.loc, updates, count);
  else if (updates.getType() != RankedTensorType::get(aten::typeOf(*index).getShape(), aten::typeOf(updates).getElementType()))
    updates = graph::SliceOp::create(b, call.loc, updates, SmallVector<OpFoldResult>(rank, b.getIndexAttr(0)), count,
                                     SmallVector<int64_t>(rank, 1));
  auto put = [&](Value into, Value updates, Effect effect) { return aten::scatterAlong(call, into, *index, updates, *axis, effect); };
  FailureOr<Value> y = call.has("reduce") ? reduceInto(call, *x, updates, put) : put(*x, updates, effect);
  return failed(y) ? failure() : call.yield(ownRank == 0 ? aten::reshape(call, *y, {}) : *y);
}

/// y[:, index, :] = source, slice by slice, or combined with it.
LogicalResult slices(ImportCall &call, StringRef source, Effect effect) {
  auto line = aten::readLine(call);
  auto index = call.tensor("index");
  if (failed(line) || failed(index))
    return failure();
  Value x = line->x;
  auto given = call.tensorOrNumber(source, aten::typeOf(x).getElementType());
  auto alpha = call.number("alpha", 1);
  if (failed(given) || failed(alpha))
    return failure();
  if (aten::rankOf(*index) > 1)
    return call.unsupported("expected a vector of indices");
  if (aten::rankOf(*index) == 0)
    *index = aten::insertAxis(call, *index, 0);
  ExprBuilder g(call.builder, call.loc);
  Expr updates = g(*given);
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, x);
  sizes[line->axis] = aten::sizesOf(call, *index)[0];
  auto put = [&](Value into, Value updates, Effect effect) { return aten::scatter(call, into, *index, updates, line->axis, effect); };
  if (updates.getType().getRank() == 0 && source == "value") { // once, however often an element is met
    Type count = call.builder.getI64Type();
    Expr ones = g(aten::full(call, g.number(1, count), sizes)), none = g.broadcastLike(g.number(0, count), g(x));
    return call.yield(line->shaped(call, select(g(put(none, ones, Effect::put)) == 1.0, updates, g(x))));
  }
  if (updates.getType().getRank() == 0)
    updates = g(aten::full(call, updates, sizes));
  if (*alpha != 1)
    updates = updates * *alpha;
  FailureOr<Value> y = call.has("reduce") ? reduceInto(call, x, updates, put) : put(x, updates, effect);
  return failed(y) ? failure() : call.yield(line->shaped(call, *y));
}

/// The elements where a mask is true, replaced by those of the source in order.
LogicalResult maskedScatter(ImportCall &call) {
  auto x = call.tensor("self"), mask = call.tensor("mask"), source = call.tensor("source");
  if (failed(x) || failed(mask) || failed(source))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  Expr isTaken = g(call.cast(*mask, b.getI1Type())), value = g(*x);
  Expr all = select(isTaken, value, value); // both stretched over each other
  isTaken = g.broadcastLike(isTaken, all);
  Value counts = call.cast(flatten(b, call.loc, isTaken), b.getI64Type());
  Expr position = g(graph::CumulativeSumOp::create(b, call.loc, counts, int64_t(0))) - 1.0;
  Value taken = graph::GatherOp::create(b, call.loc, flatten(b, call.loc, *source), position, int64_t(0));
  return call.yield(Value(select(isTaken, g(unflatten(b, call.loc, taken, all)), all)));
}

/// self with src at one position of an axis, or at steps along it.
LogicalResult putPart(ImportCall &call, bool isSelect) {
  auto x = call.tensor("self"), source = call.tensor("src");
  if (failed(x) || failed(source))
    return failure();
  auto axis = aten::axisOf(call, "dim", *x);
  if (failed(axis))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  if (isSelect) {
    auto index = call.size("index");
    if (failed(index))
      return failure();
    Value position = aten::reshape(call, aten::sizeAsTensor(call, g, *index), OpFoldResult(call.builder.getIndexAttr(1)));
    return call.yield(aten::scatter(call, *x, position, aten::insertAxis(call, *source, *axis), *axis, Effect::put));
  }
  auto start = call.has("start") ? call.size("start") : FailureOr<OpFoldResult>(OpFoldResult(call.builder.getIndexAttr(0)));
  auto step = call.integer("step", 1);
  if (failed(start) || failed(step))
    return failure();
  IndexMath math(call.builder, call.loc);
  OpFoldResult size = aten::sizesOf(call, *x)[*axis], from = math.max(math.min(math.fromEnd(*start, size), size), math.number(0));
  Expr count = g(aten::positions(call, aten::sizesOf(call, *source)[*axis], 0, 1));
  Expr position = count * static_cast<double>(*step) + aten::sizeAsTensor(call, g, from);
  return call.yield(aten::scatter(call, *x, position, *source, *axis, Effect::put));
}
} // namespace

void graphopt::registerAtenScatterRules(ImportRules &rules) {
  auto along = [&](ArrayRef<StringRef> overloads, StringRef source, Effect effect) {
    rules.aten(overloads, [=](ImportCall &call) { return alongAxis(call, source, effect); });
  };
  along({"scatter.src", "scatter.reduce", "scatter_reduce.two"}, "src", Effect::put);
  along({"scatter.value", "scatter.value_reduce"}, "value", Effect::put);
  along({"scatter_add.default"}, "src", Effect::add);
  rules.aten({"index_add.default"}, [](ImportCall &call) { return slices(call, "source", Effect::add); });
  rules.aten({"index_copy.default", "index_reduce.default"}, [](ImportCall &call) { return slices(call, "source", Effect::put); });
  rules.aten({"index_fill.int_Scalar", "index_fill.int_Tensor"}, [](ImportCall &call) { return slices(call, "value", Effect::put); });
  rules.aten({"masked_scatter.default"}, maskedScatter);
  rules.aten({"select_scatter.default"}, [](ImportCall &call) { return putPart(call, /*isSelect=*/true); });
  rules.aten({"slice_scatter.default"}, [](ImportCall &call) { return putPart(call, /*isSelect=*/false); });
}
