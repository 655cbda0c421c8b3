//===- Index.cpp - elements by tensors of positions and by masks ----------===//
//
// numpy's rules: indices of several axes run together; where those axes are no neighbours, what they give stands in front.
//
//===----------------------------------------------------------------------===//
#include "Graph/Shared/Indexing.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Broadcast.h"
#include "graph-opt/Dialect/Graph/Ops/ElementwiseBinary.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Nonzero.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"
#include "mlir/Dialect/Utils/IndexingUtils.h"

using namespace mlir;
using namespace graphopt;

namespace {
bool isMask(Value index) {
  Type element = aten::typeOf(index).getElementType();
  return element.isInteger(1) || element.isUnsignedInteger(8); // a byte that is not 0 is true
}

/// The indices of neighbouring axes [first, first + size) of x, whose axes were moved in front where they were none.
struct Indexed {
  Value x;
  int64_t first = 0;
  SmallVector<Value> indices;
  SmallVector<int64_t> permutation; ///< of the axes of the original; empty where nothing moved
};

/// A mask stands for the positions of what is true in it, one index for each of its axes.
struct IndexList {
  SmallVector<Value> indices; ///< of each axis; null where there is none
  bool hasMask = false;
};

FailureOr<IndexList> readList(ImportCall &call, bool keepsMasks) {
  IndexList result;
  const auto *list = call["indices"].get<std::vector<ImportArg>>();
  for (const ImportArg &arg : list ? ArrayRef<ImportArg>(*list) : ArrayRef<ImportArg>()) {
    const Value *index = arg.get<Value>();
    bool mask = index && isMask(*index);
    result.hasMask |= mask;
    if (!mask || keepsMasks) {
      result.indices.push_back(index ? *index : Value());
      continue;
    }
    if (aten::rankOf(*index) == 0)
      return call.unsupported("a truth value as an index");
    Value found = aten::nonzero(call, *index);
    for (int64_t axis = 0; axis < aten::rankOf(*index); ++axis)
      result.indices.push_back(aten::column(call, found, axis));
  }
  return result;
}

Value transposed(ImportCall &call, Value x, ArrayRef<int64_t> permutation) {
  return permutation.empty() ? x : graph::TransposeOp::create(call.builder, call.loc, x, permutation).getResult();
}

FailureOr<Indexed> readIndices(ImportCall &call, bool keepsMasks) {
  auto x = call.tensor("self");
  auto list = readList(call, keepsMasks);
  if (failed(x) || failed(list))
    return failure();
  Indexed result;
  SmallVector<int64_t> axes, others;
  for (int64_t axis = 0; axis < aten::rankOf(*x); ++axis) {
    Value index = axis < static_cast<int64_t>(list->indices.size()) ? list->indices[axis] : Value();
    (index ? axes : others).push_back(axis);
    if (index)
      result.indices.push_back(index);
  }
  if (axes.empty() || list->indices.size() > axes.size() + others.size())
    return call.unsupported("expected an index for at least one axis, and at most one for each");
  result.first = axes.front();
  if (axes.back() - axes.front() + 1 != static_cast<int64_t>(axes.size())) {
    result.permutation = axes;
    result.permutation.append(others);
    result.first = 0;
  }
  result.x = transposed(call, *x, result.permutation);
  return result;
}

/// x[:, i, j, :]: several indices become one, on their axes joined.
LogicalResult importIndex(ImportCall &call) {
  auto indexed = readIndices(call, /*keepsMasks=*/false);
  if (failed(indexed))
    return failure();
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, indexed->x);
  size_t first = static_cast<size_t>(indexed->first), count = indexed->indices.size();
  Expr ids = g(call.cast(indexed->indices[0], b.getI64Type()));
  Value source = indexed->x;
  if (count > 1) {
    // Negative numbers count from the end of their own axis.
    ids = aten::fromEnd(call, ids, sizes[first]);
    for (size_t i = 1; i < count; ++i) {
      OpFoldResult size = sizes[first + i];
      Expr id = aten::fromEnd(call, g(call.cast(indexed->indices[i], b.getI64Type())), size);
      ids = ids * aten::sizeAsTensor(call, g, size) + id;
    }
    OpFoldResult joined = aten::product(call, ArrayRef(sizes).slice(first, count));
    sizes.erase(sizes.begin() + first, sizes.begin() + first + count);
    sizes.insert(sizes.begin() + first, joined);
    source = aten::reshape(call, source, sizes);
  }
  return call.yield(graph::GatherOp::create(b, call.loc, source, ids, static_cast<int64_t>(first)).getResult());
}

/// The axes of x that an element of a mask over the first of them stands for.
int64_t restOf(const Indexed &to) { return aten::rankOf(to.x) - to.first - aten::rankOf(to.indices[0]); }

/// Whether values are the same for all that a mask picks, so that it need not be known how many those are.
bool fitsAny(const Indexed &to, Value values) {
  int64_t rest = restOf(to), rank = aten::rankOf(values);
  return rest >= 0 && (rank <= rest || (rank == rest + 1 && aten::typeOf(values).getDimSize(0) == 1));
}

/// Where a mask over some axes of x is true, the values, which broadcast over the axes behind it.
LogicalResult putByMask(ImportCall &call, const Indexed &to, Value values, bool adds) {
  ExprBuilder g(call.builder, call.loc);
  Value mask = call.cast(to.indices[0], call.builder.getI1Type());
  int64_t rest = restOf(to);
  if (aten::rankOf(values) == rest + 1) // the axis of what the mask picks
    values = aten::reshape(call, values, ArrayRef(aten::sizesOf(call, values)).drop_front());
  for (int64_t i = 0; i < rest; ++i)
    mask = aten::insertAxis(call, mask, aten::rankOf(mask));
  Expr x = g(to.x), value = g(call.cast(values, x.getType().getElementType()));
  if (adds)
    value = x.getType().getElementType().isInteger(1) ? g(graph::OrOp::create(g.b, g.loc, x, value)) : x + value;
  return call.yield(Value(select(g(mask), value, x)));
}

/// self[indices] = values, or += values.
LogicalResult importIndexPut(ImportCall &call) {
  auto indexed = readIndices(call, /*keepsMasks=*/true);
  auto values = call.tensor("values");
  auto adds = call.boolean("accumulate", false);
  if (failed(indexed) || failed(values) || failed(adds))
    return failure();
  if (llvm::any_of(indexed->indices, isMask)) {
    if (indexed->indices.size() == 1 && fitsAny(*indexed, *values))
      return putByMask(call, *indexed, *values, *adds);
    indexed = readIndices(call, /*keepsMasks=*/false);
    if (failed(indexed))
      return failure();
  }
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, indexed->x);
  int64_t rank = aten::rankOf(indexed->x), first = indexed->first, count = static_cast<int64_t>(indexed->indices.size()), joint = 0;
  for (Value index : indexed->indices)
    joint = std::max(joint, aten::rankOf(index));
  // One position for each element of the part: whole axes count up, indices stand where their axes are.
  int64_t partRank = rank - count + joint;
  Expr linear;
  for (int64_t d = 0; d < rank; ++d) {
    Expr position;
    if (d >= first && d < first + count) {
      Value index = call.cast(indexed->indices[d - first], b.getI64Type());
      SmallVector<OpFoldResult> own = aten::sizesOf(call, index);
      own.append(rank - first - count, b.getIndexAttr(1));
      position = aten::fromEnd(call, g(aten::reshape(call, index, own)), sizes[d]);
    } else {
      position = g(aten::positions(call, sizes[d], d < first ? d : d - count + joint, partRank));
    }
    linear = d == 0 ? position : linear * aten::sizeAsTensor(call, g, sizes[d]) + position;
  }
  Value updates = graph::BroadcastOp::create(b, call.loc, *values, aten::sizesOf(call, linear));
  Value flat = aten::scatter(call, flatten(b, call.loc, indexed->x), linear, updates, 0,
                             *adds ? aten::ScatterEffect::add : aten::ScatterEffect::put);
  Value y = unflatten(b, call.loc, flat, indexed->x);
  return call.yield(transposed(call, y, llvm::to_vector(invertPermutationVector(indexed->permutation))));
}

/// The elements where a mask is true, in a row; the two broadcast.
LogicalResult importMaskedSelect(ImportCall &call) {
  auto x = call.tensor("self"), mask = call.tensor("mask");
  if (failed(x) || failed(mask))
    return failure();
  ExprBuilder g(call.builder, call.loc);
  int64_t rank = std::max(aten::rankOf(*x), aten::rankOf(*mask));
  auto widened = [&](Value narrow) {
    while (aten::rankOf(narrow) < rank)
      narrow = aten::insertAxis(call, narrow, 0);
    return g(narrow);
  };
  Expr wideX = widened(*x), wideMask = widened(*mask);
  if (wideX.getType().getShape() != wideMask.getType().getShape() || !wideX.getType().hasStaticShape()) {
    Expr chosen = select(wideMask, wideX, wideX); // of the shape that both broadcast to
    wideX = g.broadcastLike(wideX, chosen);
    wideMask = g.broadcastLike(wideMask, chosen);
  }
  Value positions = aten::truths(call, flatten(call.builder, call.loc, wideMask));
  return call.yield(
      graph::GatherOp::create(call.builder, call.loc, flatten(call.builder, call.loc, wideX), positions, int64_t(0)).getResult());
}

/// The positions along each axis, as a vector each.
LogicalResult importNonzeroNumpy(ImportCall &call) {
  auto x = call.tensor(call.has("self") ? "self" : "condition");
  if (failed(x))
    return failure();
  if (aten::rankOf(*x) == 0)
    x = aten::insertAxis(call, *x, 0);
  Value found = aten::nonzero(call, *x);
  SmallVector<Value> columns;
  for (int64_t axis = 0; axis < aten::rankOf(*x); ++axis)
    columns.push_back(aten::column(call, found, axis));
  return call.yield(columns);
}

/// y[i, j] = x[index[i, j], j]: the other positions are the result's own.
LogicalResult importGather(ImportCall &call) {
  auto x = call.tensor("self"), index = call.tensor("index");
  if (failed(x) || failed(index))
    return failure();
  int64_t rank = aten::rankOf(*x);
  auto axis = call.axis("dim", rank);
  if (failed(axis))
    return failure();
  if (rank == 0)
    return call.yield(aten::full(call, *x, aten::sizesOf(call, *index)));
  if (aten::typeOf(*index).hasStaticShape() && aten::typeOf(*index).getNumElements() == 0) {
    ExprBuilder g(call.builder, call.loc);
    return call.yield(aten::full(call, g.number(0, aten::typeOf(*x).getElementType()), aten::sizesOf(call, *index)));
  }
  if (aten::rankOf(*index) != rank)
    return call.unsupported("expected an index of rank " + Twine(rank));
  return call.yield(gatherAlong(call.builder, call.loc, *x, *index, *axis));
}
} // namespace

Value aten::nonzero(const ImportCall &call, Value x) { return graph::NonzeroOp::create(call.builder, call.loc, x); }

Value aten::column(const ImportCall &call, Value positions, int64_t axis) {
  OpBuilder &b = call.builder;
  return reshape(call, part(call, positions, 1, b.getIndexAttr(axis), b.getIndexAttr(1)), sizesOf(call, positions)[0]);
}

void graphopt::registerAtenIndexRules(ImportRules &rules) {
  rules.aten({"index.Tensor", "_unsafe_index.Tensor"}, importIndex);
  rules.aten({"index_put.default"}, importIndexPut);
  rules.aten({"gather.default"}, importGather);
  rules.aten({"masked_select.default"}, importMaskedSelect);
  rules.aten({"nonzero_numpy.default", "where.default"}, importNonzeroNumpy);
}
