//===- Diagonal.cpp - diagonals taken and laid out ------------------------===//
#include "Graph/Shared/IndexMath.h"
#include "Interop/Aten/Rules/Rules.h"
#include "graph-opt/Dialect/Graph/Ops/Gather.h"
#include "graph-opt/Dialect/Graph/Ops/Pad.h"
#include "graph-opt/Dialect/Graph/Ops/Transpose.h"

using namespace mlir;
using namespace graphopt;

namespace {
/// x with two axes moved to the end.
Value moveToEnd(ImportCall &call, Value x, int64_t first, int64_t second) {
  SmallVector<int64_t> permutation;
  for (int64_t d = 0; d < aten::rankOf(x); ++d)
    if (d != first && d != second)
      permutation.push_back(d);
  permutation.append({first, second});
  return graph::TransposeOp::create(call.builder, call.loc, x, permutation);
}

/// x[..., i, i + offset] along a new last axis: the matrices of the last two axes flat, at steps of a row and one.
Value diagonal(ImportCall &call, Value x, int64_t offset) {
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  IndexMath math(b, call.loc);
  int64_t rank = aten::rankOf(x), down = std::max<int64_t>(-offset, 0), right = std::max<int64_t>(offset, 0);
  SmallVector<OpFoldResult> sizes = aten::sizesOf(call, x);
  OpFoldResult rows = sizes[rank - 2], columns = sizes[rank - 1];
  OpFoldResult count = math.max(math.number(0), math.min(math.sub(rows, math.number(down)), math.sub(columns, math.number(right))));
  sizes.pop_back_n(2);
  sizes.push_back(aten::product(call, {rows, columns}));
  Expr i = g(aten::positions(call, count, 0, 1)), row = i + static_cast<double>(down);
  Expr position = row * aten::sizeAsTensor(call, g, columns) + (i + static_cast<double>(right));
  return graph::GatherOp::create(b, call.loc, aten::reshape(call, x, sizes), position, rank - 2);
}

/// Matrices with the rows of x on a diagonal, along two new last axes.
Value embed(ImportCall &call, Value x, int64_t offset) {
  OpBuilder &b = call.builder;
  ExprBuilder g(b, call.loc);
  int64_t rank = aten::rankOf(x);
  Expr zero = g.number(0, aten::typeOf(x).getElementType());
  SmallVector<OpFoldResult> none(rank, b.getIndexAttr(0)), more = none;
  more.back() = b.getIndexAttr(std::abs(offset));
  Value padded = graph::PadOp::create(b, call.loc, x, zero, none, more);
  OpFoldResult size = aten::sizesOf(call, padded).back();
  Expr row = g(aten::positions(call, size, 0, 2)), column = g(aten::positions(call, size, 1, 2));
  // Above the diagonal a row's number is the element's, below it a column's.
  Value values = aten::insertAxis(call, padded, offset >= 0 ? rank : rank - 1);
  return select(column - row == static_cast<double>(offset), g(values), zero);
}

struct Axes {
  int64_t first, second;
};
FailureOr<Axes> readAxes(ImportCall &call, int64_t rank) {
  auto first = call.axis("dim1", rank), second = call.axis("dim2", rank);
  if (failed(first) || failed(second))
    return failure();
  if (*first == *second)
    return call.unsupported("expected two axes");
  return Axes{*first, *second};
}

LogicalResult importDiagonal(ImportCall &call) {
  auto x = call.tensor(call.has("A") ? "A" : "self");
  auto offset = call.integer("offset");
  if (failed(x) || failed(offset))
    return failure();
  auto axes = readAxes(call, aten::rankOf(*x));
  if (failed(axes))
    return failure();
  return call.yield(diagonal(call, moveToEnd(call, *x, axes->first, axes->second), *offset));
}

LogicalResult importEmbed(ImportCall &call) {
  auto x = call.tensor("self");
  auto offset = call.integer("offset");
  if (failed(x) || failed(offset))
    return failure();
  int64_t rank = aten::rankOf(*x) + 1;
  auto axes = readAxes(call, rank);
  if (failed(axes))
    return failure();
  if (rank < 2)
    return call.unsupported("expected an axis");
  SmallVector<int64_t> permutation(rank, -1);
  permutation[axes->first] = rank - 2, permutation[axes->second] = rank - 1;
  int64_t next = 0;
  for (int64_t &axis : permutation)
    axis = axis < 0 ? next++ : axis;
  Value y = embed(call, *x, *offset);
  return call.yield(graph::TransposeOp::create(call.builder, call.loc, y, permutation).getResult());
}

LogicalResult importDiag(ImportCall &call) {
  auto x = call.tensor("self");
  auto offset = call.integer("diagonal");
  if (failed(x) || failed(offset))
    return failure();
  if (aten::rankOf(*x) != 1 && aten::rankOf(*x) != 2)
    return call.unsupported("expected a vector or a matrix");
  return call.yield(aten::rankOf(*x) == 1 ? embed(call, *x, *offset) : diagonal(call, *x, *offset));
}

LogicalResult importTrace(ImportCall &call) {
  auto x = call.tensor("self");
  if (failed(x))
    return failure();
  if (aten::rankOf(*x) != 2)
    return call.unsupported("expected a matrix");
  ExprBuilder g(call.builder, call.loc);
  return call.yield(Value(g.sum(g(call.cast(diagonal(call, *x, 0), call.resultElementType())), {0}, /*keepDims=*/false)));
}
} // namespace

void graphopt::registerAtenDiagonalRules(ImportRules &rules) {
  rules.aten({"diagonal.default", "diagonal_copy.default", "linalg_diagonal.default"}, importDiagonal);
  rules.aten({"diag_embed.default"}, importEmbed);
  rules.aten({"diag.default"}, importDiag);
  rules.aten({"trace.default"}, importTrace);
}
