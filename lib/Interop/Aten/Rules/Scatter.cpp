//===- Scatter.cpp - elements and slices put into or added to a tensor ----===//
#include "Graph/Shared/IndexMath.h"
#include "Interop/Aten/Rules/Rules.h"
#include "mlir/Dialect/Utils/StaticValueUtils.h"

using namespace mlir;
using namespace graphopt;

namespace {
Value scatter(ImportCall &call, Value x, Value indices, Value updates, int64_t axis, bool adds) {
  Type element = aten::typeOf(x).getElementType();
  updates = call.cast(updates, element);
  if (!adds)
    return graph::ScatterOp::create(call.builder, call.loc, x, indices, updates, axis);
  if (!element.isInteger(1))
    return graph::ScatterAddOp::create(call.builder, call.loc, x, indices, updates, axis);
  Type count = call.builder.getI64Type(); // truth values add up to whether one is true
  Value sum = graph::ScatterAddOp::create(call.builder, call.loc, call.cast(x, count), indices, call.cast(updates, count), axis);
  return call.cast(sum, element);
}

/// Updates of x by the positions of its elements in row-major order.
Value scatterElements(ImportCall &call, Value x, Expr linear, Value updates, bool adds) {
  Value flat = aten::reshape(call, x, OpFoldResult(call.builder.getIndexAttr(-1)));
  return aten::reshape(call, scatter(call, flat, linear, updates, 0, adds), aten::sizesOf(call, x));
}

/// y[..., index[i, j, ...], ...] = src[i, j, ...] along an axis.
LogicalResult alongAxis(ImportCall &call, StringRef source, bool adds) {
  auto x = call.tensor("self"), index = call.tensor("index");
  if (failed(x) || failed(index))
    return failure();
  int64_t rank = aten::rankOf(*x);
  auto axis = call.axis("dim", rank);
  auto given = call.tensorOrNumber(source, aten::typeOf(*x).getElementType());
  if (failed(axis) || failed(given))
    return failure();
  if (rank == 0 || aten::rankOf(*index) != rank)
    return call.unsupported("expected a tensor and an index of one rank of at least 1");
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, *x), count = aten::sizesOf(call, *index);
  Value updates = aten::rankOf(*given) == 0 ? aten::full(call, *given, count) : *given;
  if (updates.getType() != RankedTensorType::get(aten::typeOf(*index).getShape(), aten::typeOf(updates).getElementType()))
    updates = graph::SliceOp::create(b, call.loc, updates, SmallVector<OpFoldResult>(rank, b.getIndexAttr(0)), count,
                                     SmallVector<int64_t>(rank, 1));
  Expr linear;
  for (int64_t i = 0; i < rank; ++i) {
    Expr position = i == *axis ? g(call.cast(*index, b.getI64Type())) : g(aten::positions(call, count[i], i, rank));
    linear = i == 0 ? position : linear * aten::sizeAsTensor(call, g, sizes[i]) + position;
  }
  return call.yield(scatterElements(call, *x, linear, updates, adds));
}

/// y[:, index, :] = source, slice by slice.
LogicalResult slices(ImportCall &call, StringRef source, bool adds) {
  auto x = call.tensor("self"), index = call.tensor("index");
  if (failed(x) || failed(index))
    return failure();
  auto axis = call.axis("dim", aten::rankOf(*x));
  auto given = call.tensorOrNumber(source, aten::typeOf(*x).getElementType());
  auto alpha = aten::number(call, "alpha", 1);
  if (failed(axis) || failed(given) || failed(alpha))
    return failure();
  if (aten::rankOf(*x) == 0 || aten::rankOf(*index) != 1)
    return call.unsupported("expected a vector of indices into a tensor of rank 1 or more");
  ExprBuilder g(call.builder, call.loc);
  Expr updates = g(*given);
  if (updates.getType().getRank() == 0) {
    SmallVector<OpFoldResult> sizes = aten::sizesOf(call, *x);
    sizes[*axis] = aten::sizesOf(call, *index)[0];
    updates = g(aten::full(call, updates, sizes));
  }
  return call.yield(scatter(call, *x, *index, *alpha == 1 ? updates : updates * *alpha, *axis, adds));
}

/// self[indices] = values, by numpy's rules where the indexed axes are neighbours.
LogicalResult put(ImportCall &call) {
  auto x = call.tensor("self"), values = call.tensor("values");
  auto adds = aten::boolean(call, "accumulate", false);
  const auto *list = call["indices"].get<std::vector<ImportArg>>();
  if (failed(x) || failed(values) || failed(adds))
    return failure();
  int64_t rank = aten::rankOf(*x);
  SmallVector<Value> indices(rank);
  if (!list || static_cast<int64_t>(list->size()) > rank)
    return call.unsupported("expected at most an index for each axis");
  int64_t first = rank, last = -1, count = 0, joint = 0;
  for (auto [i, arg] : llvm::enumerate(*list))
    if (const Value *index = arg.get<Value>()) {
      indices[i] = *index;
      first = std::min<int64_t>(first, i), last = static_cast<int64_t>(i), ++count;
      joint = std::max(joint, aten::rankOf(*index));
    }
  if (count == 0 || last - first + 1 != count)
    return call.unsupported("expected indices of axes that are neighbours");
  ExprBuilder g(call.builder, call.loc);
  if (count == 1 && aten::typeOf(indices[first]).getElementType().isInteger(1)) {
    if (*adds || aten::rankOf(*values) != 0 || first != 0)
      return call.unsupported("a mask with values that are no single number");
    Value mask = indices[0];
    for (int64_t axis = aten::rankOf(mask); axis < rank; ++axis)
      mask = aten::insertAxis(call, mask, axis);
    Value value = call.cast(*values, aten::typeOf(*x).getElementType());
    return call.yield(graph::SelectOp::create(call.builder, call.loc, mask, value, *x).getResult());
  }
  // One position for each element of the result's part: whole axes count up, indices stand where their axes are.
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, *x), shape;
  int64_t partRank = rank - count + joint;
  Expr linear;
  for (int64_t d = 0; d < rank; ++d) {
    Expr position;
    if (Value index = indices[d]) {
      if (aten::typeOf(index).getElementType().isInteger(1))
        return call.unsupported("masks among several indices");
      SmallVector<OpFoldResult> own = aten::sizesOf(call, index);
      own.append(rank - last - 1, call.builder.getIndexAttr(1));
      position = aten::fromEnd(call, g(call.cast(aten::reshape(call, index, own), call.builder.getI64Type())), sizes[d]);
    } else {
      position = g(aten::positions(call, sizes[d], d < first ? d : d - count + joint, partRank));
    }
    linear = d == 0 ? position : linear * aten::sizeAsTensor(call, g, sizes[d]) + position;
  }
  Value updates = graph::BroadcastOp::create(call.builder, call.loc, *values, aten::sizesOf(call, linear));
  return call.yield(scatterElements(call, *x, linear, updates, *adds));
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
    return call.yield(scatter(call, *x, position, aten::insertAxis(call, *source, *axis), *axis, /*adds=*/false));
  }
  auto start = call.has("start") ? call.size("start") : FailureOr<OpFoldResult>(OpFoldResult(call.builder.getIndexAttr(0)));
  auto step = call.has("step") ? call.integer("step") : FailureOr<int64_t>(1);
  if (failed(start) || failed(step))
    return failure();
  IndexMath math(call.builder, call.loc);
  OpFoldResult size = aten::sizesOf(call, *x)[*axis], from = math.max(math.min(math.fromEnd(*start, size), size), math.number(0));
  Expr count = g(aten::positions(call, aten::sizesOf(call, *source)[*axis], 0, 1));
  Expr position = count * static_cast<double>(*step) + aten::sizeAsTensor(call, g, from);
  return call.yield(scatter(call, *x, position, *source, *axis, /*adds=*/false));
}
} // namespace

void graphopt::registerAtenScatterRules(ImportRules &rules) {
  rules.aten({"scatter.src"}, [](ImportCall &call) { return alongAxis(call, "src", /*adds=*/false); });
  rules.aten({"scatter.value"}, [](ImportCall &call) { return alongAxis(call, "value", /*adds=*/false); });
  rules.aten({"scatter_add.default"}, [](ImportCall &call) { return alongAxis(call, "src", /*adds=*/true); });
  rules.aten({"index_add.default"}, [](ImportCall &call) { return slices(call, "source", /*adds=*/true); });
  rules.aten({"index_copy.default"}, [](ImportCall &call) { return slices(call, "source", /*adds=*/false); });
  rules.aten({"index_fill.int_Scalar", "index_fill.int_Tensor"}, [](ImportCall &call) { return slices(call, "value", /*adds=*/false); });
  rules.aten({"index_put.default"}, put);
  rules.aten({"select_scatter.default"}, [](ImportCall &call) { return putPart(call, /*isSelect=*/true); });
  rules.aten({"slice_scatter.default"}, [](ImportCall &call) { return putPart(call, /*isSelect=*/false); });
}
