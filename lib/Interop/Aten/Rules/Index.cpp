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

Value transposed(ImportCall &call, Value x, ArrayRef<int64_t> permutation) {
  return permutation.empty() ? x : graph::TransposeOp::create(call.builder, call.loc, x, permutation).getResult();
}

FailureOr<Indexed> readIndices(ImportCall &call) {
  auto x = call.tensor("self");
  const auto *list = call["indices"].get<std::vector<ImportArg>>();
  if (failed(x))
    return failure();
  Indexed result;
  SmallVector<int64_t> axes, others;
  for (int64_t axis = 0; axis < aten::rankOf(*x); ++axis) {
    const Value *index = list && axis < static_cast<int64_t>(list->size()) ? (*list)[axis].get<Value>() : nullptr;
    (index ? axes : others).push_back(axis);
    if (index)
      result.indices.push_back(*index);
  }
  if (axes.empty() || list->size() > axes.size() + others.size())
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
  auto indexed = readIndices(call);
  if (failed(indexed))
    return failure();
  if (llvm::any_of(indexed->indices, isMask))
    return call.unsupported("masks give shapes that depend on numbers");
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

/// Where a mask over some axes of x is true, the values, which broadcast over the axes behind it.
LogicalResult putByMask(ImportCall &call, const Indexed &to, Value values, bool adds) {
  ExprBuilder g(call.builder, call.loc);
  Value mask = call.cast(to.indices[0], call.builder.getI1Type());
  int64_t rest = aten::rankOf(to.x) - to.first - aten::rankOf(mask);
  if (aten::rankOf(values) == rest + 1 && aten::typeOf(values).getDimSize(0) == 1) // the axis of what the mask picks
    values = aten::reshape(call, values, ArrayRef(aten::sizesOf(call, values)).drop_front());
  if (rest < 0 || aten::rankOf(values) > rest)
    return call.unsupported("a mask with a value for each element that it picks: their number depends on numbers");
  for (int64_t i = 0; i < rest; ++i)
    mask = aten::insertAxis(call, mask, aten::rankOf(mask));
  Expr x = g(to.x), value = g(call.cast(values, x.getType().getElementType()));
  if (adds)
    value = x.getType().getElementType().isInteger(1) ? g(graph::OrOp::create(g.b, g.loc, x, value)) : x + value;
  return call.yield(Value(select(g(mask), value, x)));
}

/// self[indices] = values, or += values.
LogicalResult importIndexPut(ImportCall &call) {
  auto indexed = readIndices(call);
  auto values = call.tensor("values");
  auto adds = call.boolean("accumulate", false);
  if (failed(indexed) || failed(values) || failed(adds))
    return failure();
  if (indexed->indices.size() == 1 && isMask(indexed->indices[0]))
    return putByMask(call, *indexed, *values, *adds);
  if (llvm::any_of(indexed->indices, isMask))
    return call.unsupported("masks among several indices");
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

void graphopt::registerAtenIndexRules(ImportRules &rules) {
  rules.aten({"index.Tensor", "_unsafe_index.Tensor"}, importIndex);
  rules.aten({"index_put.default"}, importIndexPut);
  rules.aten({"gather.default"}, importGather);
}
