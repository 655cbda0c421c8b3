//===- Part.cpp - tensors cut up and put together -------------------------===//
#include "Graph/Shared/IndexMath.h"
#include "Graph/Shared/Indexing.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Concat.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "mlir/Dialect/Arith/IR/Arith.h"

using namespace mlir;
using namespace graphopt;

namespace {
OpFoldResult subtract(ImportCall &call, OpFoldResult a, OpFoldResult b) {
  OpBuilder &builder = call.builder;
  return getAsOpFoldResult(builder.createOrFold<arith::SubIOp>(call.loc, getValueOrCreateConstantIndexOp(builder, call.loc, a),
                                                               getValueOrCreateConstantIndexOp(builder, call.loc, b)));
}
OpFoldResult add(ImportCall &call, OpFoldResult a, OpFoldResult b) {
  OpBuilder &builder = call.builder;
  return getAsOpFoldResult(builder.createOrFold<arith::AddIOp>(call.loc, getValueOrCreateConstantIndexOp(builder, call.loc, a),
                                                               getValueOrCreateConstantIndexOp(builder, call.loc, b)));
}

/// x without an axis of size 1.
Value dropAxis(ImportCall &call, Value x, int64_t axis) {
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, x);
  sizes.erase(sizes.begin() + axis);
  return aten::reshape(call, x, sizes);
}

LogicalResult importSelect(ImportCall &call) {
  auto x = call.tensor("self");
  auto index = call.size("index");
  if (failed(x) || failed(index))
    return failure();
  auto axis = aten::axisOf(call, "dim", *x);
  if (failed(axis))
    return failure();
  OpFoldResult start = IndexMath(call.builder, call.loc).fromEnd(*index, aten::sizesOf(call, *x)[*axis]);
  return call.yield(dropAxis(call, aten::part(call, *x, *axis, start, call.builder.getIndexAttr(1)), *axis));
}

/// Parts of given sizes, one after the other.
LogicalResult split(ImportCall &call, Value x, int64_t axis, ArrayRef<OpFoldResult> sizes) {
  OpFoldResult start = call.builder.getIndexAttr(0);
  SmallVector<Value> parts;
  for (OpFoldResult size : sizes) {
    parts.push_back(aten::part(call, x, axis, start, size));
    start = add(call, start, size);
  }
  return call.yield(parts);
}

/// Parts of one size, the last one what is left: as many as the source states results.
LogicalResult splitEvenly(ImportCall &call) {
  bool isChunk = StringRef(call.name).contains("chunk");
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  auto axis = aten::axisOf(call, "dim", *x);
  if (failed(axis))
    return failure();
  OpFoldResult total = aten::sizesOf(call, *x)[*axis];
  OpFoldResult size;
  if (isChunk) {
    auto chunks = call.integer("chunks");
    std::optional<int64_t> length = getConstantIntValue(total);
    if (failed(chunks))
      return failure();
    if (!length || *chunks < 1)
      return call.unsupported("expected a static size along the axis, and at least 1 part");
    size = call.builder.getIndexAttr(llvm::divideCeil(*length, *chunks));
  } else {
    auto given = call.size("split_size");
    if (failed(given))
      return failure();
    size = *given;
  }
  size_t count = call.resultTypes.size();
  SmallVector<OpFoldResult> sizes(count, size);
  OpFoldResult rest = total;
  for (size_t i = 0; i + 1 < count; ++i)
    rest = subtract(call, rest, size);
  if (count > 0)
    sizes.back() = rest;
  if (auto constant = getConstantIntValue(rest); constant && *constant < 0)
    return call.unsupported("expected parts inside the axis");
  return split(call, *x, *axis, sizes);
}

LogicalResult splitWithSizes(ImportCall &call) {
  auto x = call.tensor("self");
  auto sizes = call.sizes(call.has("split_sizes") ? "split_sizes" : "split_size");
  if (failed(x) || failed(sizes))
    return failure();
  auto axis = aten::axisOf(call, "dim", *x);
  if (failed(axis))
    return failure();
  return split(call, *x, *axis, *sizes);
}

/// Parts that begin at given positions, or as equal as can be, the longer ones first.
LogicalResult splitTensor(ImportCall &call) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  auto axis = aten::axisOf(call, "dim", *x);
  if (failed(axis))
    return failure();
  int64_t total = aten::typeOf(*x).getDimSize(*axis);
  if (ShapedType::isDynamic(total))
    return call.unsupported("expected a static size along the axis");
  SmallVector<int64_t> ends;
  if (call.has("sections")) {
    auto sections = call.integer("sections");
    if (failed(sections))
      return failure();
    if (*sections < 1 || static_cast<size_t>(*sections) != call.resultTypes.size())
      return call.unsupported("expected as many sections as results");
    for (int64_t i = 1, end = 0; i <= *sections; ++i)
      ends.push_back(end += total / *sections + (i <= total % *sections));
  } else {
    auto indices = call.integers("indices");
    if (failed(indices))
      return failure();
    for (int64_t index : *indices) // as Python's slices
      ends.push_back(std::clamp<int64_t>(index < 0 ? index + total : index, 0, total));
    ends.push_back(total);
  }
  SmallVector<Value> parts;
  for (auto [i, end] : llvm::enumerate(ends)) {
    int64_t start = i == 0 ? 0 : ends[i - 1];
    parts.push_back(
        aten::part(call, *x, *axis, call.builder.getIndexAttr(start), call.builder.getIndexAttr(std::max<int64_t>(end - start, 0))));
  }
  return call.yield(parts);
}

LogicalResult unbind(ImportCall &call) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  auto axis = aten::axisOf(call, "dim", *x);
  if (failed(axis))
    return failure();
  SmallVector<Value> parts;
  for (size_t i = 0; i < call.resultTypes.size(); ++i)
    parts.push_back(dropAxis(
        call, aten::part(call, *x, *axis, call.builder.getIndexAttr(static_cast<int64_t>(i)), call.builder.getIndexAttr(1)), *axis));
  return call.yield(parts);
}

LogicalResult stack(ImportCall &call) {
  auto xs = call.tensors("tensors");
  if (failed(xs))
    return failure();
  if (xs->empty())
    return call.unsupported("expected tensors to stack");
  auto axis = call.axis("dim", aten::rankOf(xs->front()) + 1);
  if (failed(axis))
    return failure();
  for (Value &x : *xs)
    x = aten::insertAxis(call, call.cast(x, call.resultElementType()), *axis);
  return call.yield(graph::ConcatOp::create(call.builder, call.loc, *xs, *axis).getResult());
}

LogicalResult flip(ImportCall &call) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  auto dims = call.integers("dims");
  if (failed(dims))
    return failure();
  if (dims->empty() || aten::rankOf(*x) == 0)
    return call.yield(*x);
  auto axes = call.axes("dims", aten::rankOf(*x));
  if (failed(axes))
    return failure();
  return call.yield(reversed(call.builder, call.loc, *x, *axes));
}

LogicalResult narrow(ImportCall &call) {
  auto x = call.tensor("self");
  auto start = call.size("start"), length = call.size("length");
  if (failed(x) || failed(start) || failed(length))
    return failure();
  auto axis = call.axis("dim", aten::rankOf(*x));
  if (failed(axis))
    return failure();
  auto constant = getConstantIntValue(*start);
  if (!constant || aten::rankOf(*x) == 0)
    return call.unsupported("expected a constant start, and an axis");
  OpFoldResult first = *constant < 0 ? add(call, aten::sizesOf(call, *x)[*axis], *start) : *start;
  return call.yield(aten::part(call, *x, *axis, first, *length));
}

/// x[1:] - x[:-1], `n` times; of truth values, whether they differ.
LogicalResult importDifference(ImportCall &call) {
  auto x = call.tensor("self");
  auto prepend = call.optionalTensor("prepend"), append = call.optionalTensor("append");
  FailureOr<int64_t> times = call.integer("n", 1);
  if (failed(x) || failed(prepend) || failed(append) || failed(times))
    return failure();
  auto axis = call.axis("dim", aten::rankOf(*x));
  if (failed(axis))
    return failure();
  if (aten::rankOf(*x) == 0 || *times < 0 || *times > 16)
    return call.unsupported("expected an axis, and at most 16 times");
  SmallVector<Value> parts;
  for (Value part : {*prepend, *x, *append})
    if (part)
      parts.push_back(call.cast(part, call.resultElementType()));
  Value value = parts.size() == 1 ? parts[0] : graph::ConcatOp::create(call.builder, call.loc, parts, *axis).getResult();
  OpFoldResult zero = call.builder.getIndexAttr(0), one = call.builder.getIndexAttr(1);
  for (int64_t i = 0; i < *times; ++i) {
    OpFoldResult size = subtract(call, aten::sizesOf(call, value)[*axis], one);
    Value later = aten::part(call, value, *axis, one, size), earlier = aten::part(call, value, *axis, zero, size);
    if (call.resultElementType().isInteger(1))
      value = graph::XorOp::create(call.builder, call.loc, later, earlier);
    else
      value = graph::SubOp::create(call.builder, call.loc, later, earlier);
  }
  return call.yield(value);
}
} // namespace

void graphopt::registerAtenPartRules(ImportRules &rules) {
  rules.aten({"select.int"}, importSelect);
  rules.aten({"split.Tensor", "chunk.default"}, splitEvenly);
  rules.aten({"split_with_sizes.default", "split.sizes"}, splitWithSizes);
  rules.aten({"tensor_split.sections", "tensor_split.indices"}, splitTensor);
  rules.aten({"unbind.int"}, unbind);
  rules.aten({"stack.default"}, stack);
  rules.aten({"flip.default"}, flip);
  rules.aten({"narrow.default"}, narrow);
  rules.aten({"diff.default"}, importDifference);
}
